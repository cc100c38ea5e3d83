/** The part of a card that no event changes: title, event name, icon and outcome. */
import type { Graph, EventBinding, Node, Variant } from "@dagnet-realtime/engine/wire.gen";
import { share } from "./cardWriter.ts";

/** Letters of a case's arms that fit on its tag. */
const MOST_ARMS = 24;

/** The small tag on a card's lower edge: the end of a journey, or the arms of a case. `says` is the
 * long form.
 */
export interface Tag {
  readonly text: string;
  readonly says: string;
  readonly tone: "goal" | "failure" | "neutral" | "variants";
}

/** A card's unchanging part. `event` is empty if the node listens for none; `dark` says why. */
export interface CardFace {
  readonly title: string;
  readonly event: string;
  readonly more: number;
  readonly icon: IconName;
  readonly dark: string;
  readonly tag: Tag | null;
  readonly start: boolean;
  readonly filtered: boolean;
}

/** The faces of all nodes of a graph, by uuid. */
export function facesOf(graph: Graph): Map<string, CardFace> {
  const listens = new Map(graph.listens.map((listen) => [listen.node, listen]));
  return new Map(graph.nodes.map((node) => [node.uuid, faceOf(node, listens.get(node.uuid))]));
}

function faceOf(node: Node, listen: EventBinding | undefined): CardFace {
  const names = listen?.names ?? [];
  return {
    title: node.label || node.id || node.uuid,
    event: names[0] ?? "",
    more: Math.max(0, names.length - 1),
    icon: iconOf(node.type, [node.label, node.id, node.event_id, ...names].filter(Boolean)),
    dark: names.length > 0 && !node.dark ? "" : node.dark || "No event is bound to this node",
    tag: node.absorbing ? ending(node.outcome) : node.variants.length > 0 ? arms(node.variants) : null,
    start: node.start,
    filtered: (listen?.filters.length ?? 0) > 0,
  };
}

function ending(outcome: string): Tag {
  switch (outcome) {
    case "success":
      return { text: "GOAL", says: "Ends here: success", tone: "goal" };
    case "failure":
    case "error":
      return { text: outcome === "error" ? "ERROR" : "LOST", says: `Ends here: ${outcome}`, tone: "failure" };
    default:
      return { text: "END", says: outcome ? `Ends here: ${outcome}` : "Ends here", tone: "neutral" };
  }
}

function arms(variants: readonly Variant[]): Tag {
  const says = variants.map(({ name, weight }) => `${name} ${share(weight)}`).join(" · ");
  return { text: says.length <= MOST_ARMS ? says : `${variants.length} variants`, says, tone: "variants" };
}

/** The tag's width in canvas units, close enough to keep light off it. */
export function tagWidth({ tag }: CardFace): number {
  return tag ? Math.ceil(14 + tag.text.length * (tag.tone === "variants" ? 4.9 : 7)) : 0;
}

/** The icons that a card may have. */
export type IconName =
  | "page" | "search" | "list" | "product" | "basket" | "card" | "goal" | "mail" | "heart" | "pin" | "bolt" | "exit" | "fail" | "person" | "phone"
  | "truck" | "undo" | "split" | "play" | "bell" | "doc" | "step";

/** Words looked for in a node's names, in order: the first that is found decides. */
const WORDS: readonly (readonly [RegExp, IconName])[] = [
  [/fail|error|declin|reject|invalid/, "fail"],
  [/abandon|exit|bounce|leave|cancel|drop|churn/, "exit"],
  [/return|refund|undo/, "undo"],
  [/wish|favou?rite|like|save/, "heart"],
  [/express|quick|instant|fast/, "bolt"],
  [/checkout|payment|pay\b|billing|card/, "card"],
  [/purchase|order_?(complete|confirm|placed)|complete|success|convert|convers|goal/, "goal"],
  [/basket|cart|bag/, "basket"],
  [/ship|deliver|dispatch/, "truck"],
  [/phone|call\b|whatsapp|sms/, "phone"],
  [/email|campaign|newsletter|promo|ad_?click/, "mail"],
  [/search|find\b|query/, "search"],
  [/store|location|map\b|branch/, "pin"],
  [/list|category|catalog|browse|collection/, "list"],
  [/product|item|sku|detail/, "product"],
  [/sign|register|login|account|user|household|identify|delegat/, "person"],
  [/notif|remind|alert/, "bell"],
  [/form|quote|apply|application|document|recommend|\brec\b/, "doc"],
  [/page|land|home|visit|view|screen/, "page"],
  [/start|begin|enter/, "play"],
];

/** The icon of a step with these names (label, event id, names listened for); case nodes always
 * show the fork.
 */
export function iconOf(type: "case" | "normal", names: readonly string[]): IconName {
  if (type === "case") return "split";
  for (const name of names) {
    const text = name.toLowerCase().replace(/[-\s]+/g, "_");
    for (const [word, icon] of WORDS) if (word.test(text)) return icon;
  }
  return "step";
}
