/** Which drawing says at a glance what kind of step a card is, guessed from its names. */

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

/** The icon of a step with these names (label, event id, names listened for); case nodes always show the fork. */
export function iconOf(type: "case" | "normal", names: readonly string[]): IconName {
  if (type === "case") return "split";
  for (const name of names) {
    const text = name.toLowerCase().replace(/[-\s]+/g, "_");
    for (const [word, icon] of WORDS) if (word.test(text)) return icon;
  }
  return "step";
}
