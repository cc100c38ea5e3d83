/** One node's card. Rendered once; what changes on it is written by `Cards`, never by React. */
import type { Node as FlowNode, NodeProps } from "@xyflow/react";
import { memo, useLayoutEffect, useRef } from "react";
import type { CardFace } from "./card/face.ts";
import type { Cards } from "./dom/cards.ts";
import { Icon } from "./Icon.tsx";

export type CardNode = FlowNode<{ uuid: string; face: CardFace; cards: Cards }, "card">;

/** Titles longer than this take the badge's place; the badge stands beside the event's name. */
const LONG = 12;

export const Card = memo(function Card({ data: { uuid, face, cards } }: NodeProps<CardNode>) {
  const root = useRef<HTMLDivElement>(null);
  const age = useRef<HTMLSpanElement>(null);
  const rate = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const [card, ageText, rateText] = [root.current, age.current?.firstChild, rate.current?.firstChild];
    if (!card || !(ageText instanceof Text) || !(rateText instanceof Text)) return;
    return cards.attach(uuid, { root: card, age: ageText, rate: rateText, dark: face.dark });
  }, [cards, uuid, face]);
  const more = face.more > 0 ? ` +${face.more}` : "";
  return (
    <div ref={root} className="dr-card" data-node={uuid} data-seen={face.dark ? "dark" : "waiting"} data-heat="0" data-fresh="no" data-long={face.title.length > LONG ? "yes" : undefined}>
      <Icon name={face.icon} />
      <span className="dr-card-title" title={face.title}>{face.title}</span>
      <span className="dr-card-age" ref={age}>{"never"}</span>
      <span className="dr-card-event" title={face.dark || `${face.event}${more}`}>{`${face.event}${more}`}</span>
      <span className="dr-gauge" aria-hidden><i /><i /><i /><i /><i /></span>
      <span className="dr-card-rate" ref={rate}>{face.dark ? "no event" : "no events yet"}</span>
      {face.tag && <span className="dr-tag" data-tone={face.tag.tone} title={face.tag.says}>{face.tag.text}</span>}
    </div>
  );
});
