/** Which node a name that lights nothing was probably meant for. */
import type { Graph } from "./wire.gen.ts";

/** A node's listened-for name that is like the one seen. `why` says what differs: only case, only spaces and signs, or letters. */
export interface Nearby {
  readonly node: string;
  readonly label: string;
  readonly name: string;
  readonly why: "case" | "form" | "signs" | "letters";
  /** 0 to 1. */
  readonly likeness: number;
}

/** Below this likeness a name is another name. */
const LIKE = 0.5;

/** The `most` likest names that the graph listens for, the likest first. */
export function nearby(graph: Graph, name: string, most = 3): readonly Nearby[] {
  const bare = strip(name);
  const grams = bigrams(bare);
  const found: Nearby[] = [];
  for (const listen of graph.listens)
    for (const heard of listen.names) {
      const other = strip(heard);
      const likeness = heard === name ? 0 : other === bare && bare !== "" ? 1 : dice(grams, bigrams(other));
      if (likeness >= LIKE) found.push({ node: listen.node, label: listen.label, name: heard, likeness, why: reason(name, heard, bare === other) });
    }
  return found.sort((a, b) => b.likeness - a.likeness).slice(0, most);
}

function reason(name: string, heard: string, sameLetters: boolean): Nearby["why"] {
  if (name.normalize("NFC") === heard.normalize("NFC")) return "form";
  if (folded(name) === folded(heard)) return "case";
  return sameLetters ? "signs" : "letters";
}

/** Without regard to case or Unicode form, the dotted and the dotless i of Turkish taken for i. */
function folded(name: string): string {
  return name.toLowerCase().replaceAll("i\u0307", "i").replaceAll("ı", "i").normalize("NFC");
}

/** Which signs differ where the eye sees none: the first of them, by their code points; "" where the difference can be seen. */
export function unseen(name: string, heard: string): string {
  const look = (text: string): string => text.normalize("NFKC").replace(/[\p{Cf}\u034f\ufe00-\ufe0f]/gu, "").trim().split(/\s+/u).join(" ");
  if (name === heard || look(name) !== look(heard)) return "";
  const [sent, listened] = [Array.from(name), Array.from(heard)];
  const place = sent.findIndex((sign, at) => sign !== listened[at]), at = place < 0 ? sent.length : place;
  const told = (sign: string | undefined): string => (sign === undefined ? "nothing" : `U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`);
  return `they look alike and differ at character ${at + 1}: ${told(sent[at])} was sent, ${told(listened[at])} is listened for`;
}

function strip(name: string): string {
  return folded(name.slice(0, 200)).normalize("NFKC").replace(/[^\p{L}\p{N}]+/gu, "");
}

function bigrams(text: string): Map<string, number> {
  const grams = new Map<string, number>();
  for (let i = 0; i + 1 < text.length; i++) grams.set(text.slice(i, i + 2), (grams.get(text.slice(i, i + 2)) ?? 0) + 1);
  return grams;
}

/** Dice's coefficient of two bags of letter pairs. */
function dice(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let both = 0, all = 0;
  for (const [gram, n] of a) { both += Math.min(n, b.get(gram) ?? 0); all += n; }
  for (const n of b.values()) all += n;
  return all === 0 ? 0 : (2 * both) / all;
}
