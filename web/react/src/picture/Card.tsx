/** The card of a node. React renders it once; `CardWriter` writes what changes on it. */
import type { Node as FlowNode, NodeProps } from "@xyflow/react";
import { Bell, Box, CircleDot, CircleX, CreditCard, FileText, Globe, Heart, LayoutList, LogOut, type LucideIcon, MapPin, Megaphone, PackageCheck, Phone, Play, Search, ShoppingBasket, Split, Truck, Undo2, UserRound, Zap } from "lucide-react";
import { Fragment, memo, type RefObject, useCallback, useLayoutEffect, useRef, useSyncExternalStore } from "react";
import { type CardFace, eventText, type IconName } from "./cardFace.ts";
import { piecesOf } from "./cardText.ts";
import type { CardWindow } from "./cardWindow.ts";
import type { Cards } from "./cardWriter.ts";

/** A card as React Flow's node. */
export type CardNode = FlowNode<{ uuid: string; face: CardFace; cards: Cards; cardWindow: CardWindow }, "card">;

export const Card = memo(function Card({ data: { uuid, face, cards, cardWindow }, width = 0, height = 0 }: NodeProps<CardNode>) {
  const root = useRef<HTMLDivElement>(null);
  const age = useRef<HTMLSpanElement>(null);
  const rate = useRef<HTMLSpanElement>(null);
  const full = useSyncExternalStore(useCallback((changed: () => void) => cardWindow.subscribe(uuid, changed), [cardWindow, uuid]), () => cardWindow.holds(uuid));
  useLayoutEffect(() => {
    const [card, ageText, rateText] = [root.current, age.current?.firstChild, rate.current?.firstChild];
    if (!card) return;
    const texts = ageText instanceof Text && rateText instanceof Text ? { age: ageText, rate: rateText } : null;
    return cards.attach(uuid, { root: card, texts, dark: face.dark, title: face.title, event: eventText(face), width, height });
  }, [cards, uuid, face, width, height, full]);
  return (
    <div ref={root} className="dr-card" data-node={uuid} data-seen={face.dark ? "dark" : "waiting"} data-heat="0" data-fresh="no" data-room="all">
      {full ? <Words face={face} age={age} rate={rate} /> : <span className="dr-card-plain">{face.title}</span>}
    </div>
  );
});

function Words({ face, age, rate }: { readonly face: CardFace; readonly age: RefObject<HTMLSpanElement | null>; readonly rate: RefObject<HTMLSpanElement | null> }) {
  return (
    <>
      <Icon name={face.icon} />
      <span className="dr-card-title" dir="auto" title={face.title}><Pieces text={face.title} /></span>
      {face.event !== "" && (
        <span className={face.which ? "dr-card-event" : "dr-card-event dr-card-lone"} title={face.dark || eventText(face)}>
          <span className={face.which && "dr-card-shared"} dir="auto"><Pieces text={face.event} /> </span>
          {face.which !== "" && <b><Pieces text={face.which} /></b>}
          {face.more > 0 && <b> +{face.more}</b>}
        </span>
      )}
      <span className="dr-card-foot">
        <span className="dr-gauge" aria-hidden />
        <span className="dr-card-age" ref={age}>{" "}</span>
        <span className="dr-card-rate" ref={rate}>{face.dark ? "no event" : "not seen yet"}</span>
      </span>
      {face.tag && <span className="dr-tag" data-tone={face.tag.tone} title={face.tag.says}>{face.tag.text}</span>}
    </>
  );
}

function Pieces({ text }: { text: string }) {
  return piecesOf(text).map(({ text: piece, hyphen }, i) => <Fragment key={i}>{piece}{hyphen ? <i className="dr-shy" /> : <wbr />}</Fragment>);
}

const DRAWINGS: Record<IconName, LucideIcon> = {
  page: Globe, search: Search, list: LayoutList, product: Box, basket: ShoppingBasket, card: CreditCard, goal: PackageCheck, mail: Megaphone, heart: Heart, pin: MapPin, bolt: Zap,
  exit: LogOut, fail: CircleX, person: UserRound, phone: Phone, truck: Truck, undo: Undo2, split: Split, play: Play, bell: Bell, doc: FileText, step: CircleDot,
};

/** An icon of a card. */
export function Icon({ name, size = 15 }: { name: IconName; size?: number }) {
  const Drawing = DRAWINGS[name];
  return <Drawing size={size} strokeWidth={1.6} aria-hidden className="dr-icon" />;
}
