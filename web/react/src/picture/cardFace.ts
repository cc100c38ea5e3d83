/** The part of a card that no event changes: title, event name, icon and outcome. */
import type { Graph, EventBinding, Filter, Node, Variant } from "@dagnet-realtime/engine/wire.gen";
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

/** A card's unchanging part. `event` is empty if the node listens for none; `dark` says why.
 * `which` is what tells it from other nodes on the same event: the part of its filter that they do
 * not share.
 */
export interface CardFace {
  readonly title: string;
  readonly event: string;
  readonly which: string;
  readonly more: number;
  readonly icon: IconName;
  readonly dark: string;
  readonly tag: Tag | null;
  readonly start: boolean;
  readonly filtered: boolean;
}

const FACES = new WeakMap<Graph, ReadonlyMap<string, CardFace>>();

/** The faces of all nodes of a graph, by uuid; found once a graph. */
export function facesOf(graph: Graph): ReadonlyMap<string, CardFace> {
  const faces = FACES.get(graph) ?? foundFaces(graph);
  FACES.set(graph, faces);
  return faces;
}

function foundFaces(graph: Graph): Map<string, CardFace> {
  const listens = new Map(graph.listens.map((listen) => [listen.node, listen]));
  const sharing = new Map<string, EventBinding[]>();
  for (const listen of listens.values()) {
    const name = listen.names[0];
    if (name !== undefined) sharing.set(name, [...(sharing.get(name) ?? []), listen]);
  }
  return new Map(graph.nodes.map((node) => {
    const listen = listens.get(node.uuid);
    const others = (sharing.get(listen?.names[0] ?? "") ?? []).filter((other) => other !== listen);
    return [node.uuid, faceOf(node, listen, others)];
  }));
}

/** What a card says of its event: "checkpoint = Registered +1"; "" if it has none. */
export function eventText({ event, which, more }: Pick<CardFace, "event" | "which" | "more">): string {
  return [event, which, more > 0 ? `+${more}` : ""].filter(Boolean).join(" ");
}

const SIGNS: Readonly<Record<string, string>> = { is: "=", "is any of": "=", "is not": "≠", "is not any of": "≠" };

/** The parts of a filter that none of `others` has, else those that not all have. An equation
 * leaves out the property, unless it is a denial.
 */
function difference(filters: readonly Filter[], others: readonly (readonly Filter[])[]): string {
  const says = ({ property, operator, values }: Filter): string => `${property} ${operator} ${values.join(" or ")}`;
  const having = (filter: Filter): number => others.filter((other) => other.some((one) => says(one) === says(filter))).length;
  const own = filters.filter((filter) => having(filter) === 0);
  const told = own.length > 0 ? own : filters.filter((filter) => having(filter) < others.length);
  return told.map(({ property, operator, values }) => {
    const sign = SIGNS[operator] ?? operator;
    // The sign stays with its value where a line ends.
    return `${sign === "=" ? "" : `${property} `}${sign}\u00a0${values.join(" or ")}`.trim();
  }).join(", ");
}

function faceOf(node: Node, listen: EventBinding | undefined, others: readonly EventBinding[]): CardFace {
  const names = listen?.names ?? [];
  return {
    title: node.label || node.id || node.uuid,
    event: names[0] ?? "",
    which: others.length === 0 ? "" : difference(listen?.filters ?? [], others.map(({ filters }) => filters)),
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
