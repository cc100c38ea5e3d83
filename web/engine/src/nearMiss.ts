/** Near misses: nodes that an unmapped event almost lit, and names like its own. */
import { candidateNames, casefold, type Condition, elements, holds, ownValue, type Properties, REDACTED, type Table } from "./matching.ts";
import type { Graph } from "./wire.gen.ts";

// Near misses of one event: a difference of case, a filter's value, or a missing property.

/** The names that an event of the wire may have been known by: what it is shown as, and what a page
 * or screen is named.
 */
export function namesFromShown(type: string, shown: string): readonly string[] {
  const name = /^Viewed (.+) (?:Page|Screen)$/.exec(shown)?.[1];
  return (type === "page" || type === "screen") && name !== undefined ? [...new Set([shown, ...candidateNames(type, null, name, null)])] : [shown];
}

/** A node that an unmapped event nearly lit, and why it did not. */
export interface NearMiss {
  readonly node: string;
  /** One sentence with the value seen and the value expected. */
  readonly reason: string;
}

/** Near misses per event at most, and characters shown of one value. */
const MAX_MISSES = 5;
const MAX_VALUE = 60;

/** Why each node that listens for one of `names` (in any case) was not lit. `traits` is null if
 * they are not known here: the server, which knows them, has matched already, so if all else holds
 * only they can differ.
 */
export function nearMisses(table: Table, names: readonly string[], properties: Properties, traits: Properties | null): readonly NearMiss[] {
  const found: NearMiss[] = [];
  for (const name of names)
    for (const wanted of table.folded.get(casefold(name)) ?? [])
      for (const binding of table.bindings.get(wanted) ?? []) {
        if (found.length >= MAX_MISSES) return found;
        const reason = reasonFor(name, wanted, binding.conditions, properties, traits);
        if (reason !== null && !found.some((miss) => miss.node === binding.node)) found.push({ node: binding.node, reason });
      }
  return found;
}

function reasonFor(name: string, wanted: string, conditions: readonly Condition[], properties: Properties, traits: Properties | null): string | null {
  const [first] = conditions.filter((one) => !conditionMet(one, properties, traits));
  if (name !== wanted) return first === undefined ? `the name was sent as “${name}”, and “${wanted}” is listened for: the case differs` : null;
  const unknown = traits === null ? conditions.find((one) => one.user) : undefined;
  if (first !== undefined) return describeCondition(first, properties, traits);
  return unknown === undefined ? null : describeCondition(unknown, properties, traits);
}

function conditionMet(one: Condition, properties: Properties, traits: Properties | null): boolean {
  if (one.user && traits === null) return true;
  return holds(one, ownValue(one.user ? (traits ?? {}) : properties, one.path) ?? null);
}

function describeCondition(one: Condition, properties: Properties, traits: Properties | null): string {
  const wanted = one.values.map((value) => `“${value.slice(0, MAX_VALUE)}”`).join(" or ");
  const must = `${one.negative ? "must not " : "must "}${one.substring ? "contain" : "be"} ${wanted}`;
  const owner = `its ${one.user ? "user " : ""}property ${one.path}`;
  if (one.unkept !== "") return `${owner} is not kept here (${one.unkept}), and ${must}`;
  if (elements(ownValue((one.user ? traits : properties) ?? {}, one.path)).includes(REDACTED)) return `${owner} held what is not kept here, it looked personal, and ${must}`;
  const here = valuesOf(one.user ? traits : properties, one.path);
  const there = valuesOf(one.user ? properties : traits, one.path);
  const seen = one.user && traits === null ? "is missing or another" : here === "" ? "is missing" : `was ${here}`;
  const apart = here !== "" || there === "" ? "" : one.user ? `; the event has a ${one.path} of its own, ${there}, but the user is asked for it` : `; the user has a ${one.path}, ${there}, but the event is asked for it`;
  return `${owner} ${seen}, and ${must}${apart}`;
}

/** The values at a path as they are shown, "" if there are none. */
function valuesOf(properties: Properties | null, path: string): string {
  return elements(properties === null ? undefined : ownValue(properties, path)).filter((value) => value !== null).map((value) => `“${String(value).slice(0, MAX_VALUE)}”`).join(", ");
}

// Similar names: the node that an unmapped name was probably meant for.

/** A node's listened-for name that is like the one seen. `why` says what differs: only case, only
 * spaces and signs, or letters.
 */
export interface SimilarName {
  readonly node: string;
  readonly label: string;
  readonly name: string;
  readonly why: "case" | "form" | "signs" | "letters";
  /** 0 to 1. */
  readonly likeness: number;
}

/** Below this likeness a name is another name. */
const MIN_LIKENESS = 0.65;

/** The `most` likest names that the graph listens for, the likest first. */
export function similarNames(graph: Graph, name: string, most = 3): readonly SimilarName[] {
  const bare = strip(name);
  const grams = bigrams(bare);
  const found: SimilarName[] = [];
  for (const listen of graph.listens)
    for (const expected of listen.names) {
      const other = strip(expected);
      const likeness = expected === name ? 0 : other === bare && bare !== "" ? 1 : dice(grams, bigrams(other));
      if (likeness >= MIN_LIKENESS) found.push({ node: listen.node, label: listen.label, name: expected, likeness, why: differenceOf(name, expected, bare === other) });
    }
  return found.sort((a, b) => b.likeness - a.likeness).slice(0, most);
}

function differenceOf(name: string, expected: string, sameLetters: boolean): SimilarName["why"] {
  if (name.normalize("NFC") === expected.normalize("NFC")) return "form";
  if (folded(name) === folded(expected)) return "case";
  return sameLetters ? "signs" : "letters";
}

/** Without regard to case or Unicode form; the dotted and the dotless i of Turkish count as i. */
function folded(name: string): string {
  return name.toLowerCase().replaceAll("i\u0307", "i").replaceAll("ı", "i").normalize("NFC");
}

/** The first difference between names that look alike, by code points; "" if the difference can be
 * seen.
 */
export function invisibleDifference(name: string, expected: string): string {
  const visible = (text: string): string => text.normalize("NFKC").replace(/[\p{Cf}\u034f\ufe00-\ufe0f]/gu, "").trim().split(/\s+/u).join(" ");
  if (name === expected || visible(name) !== visible(expected)) return "";
  const [sent, listened] = [Array.from(name), Array.from(expected)];
  const index = sent.findIndex((sign, at) => sign !== listened[at]), at = index < 0 ? sent.length : index;
  const codePoint = (sign: string | undefined): string => (sign === undefined ? "nothing" : `U+${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`);
  return `they look alike and differ at character ${at + 1}: ${codePoint(sent[at])} was sent, ${codePoint(listened[at])} is listened for`;
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

// Counters: how often each node was missed, and for which reasons.

/** Nodes and reasons counted at most; beyond that only the count of a known node grows. */
const MAX_NODES = 1000;
const MAX_REASONS = 5;

/** How often a node was nearly lit, and by reason. */
export interface NearMissCount {
  count: number;
  readonly reasons: Map<string, number>;
}

/** By node uuid. */
export type NearMissCounts = Map<string, NearMissCount>;

/** Counts one near miss of `node`. */
export function countNearMiss(near: NearMissCounts, node: string, reason: string): void {
  let entry = near.get(node);
  if (entry === undefined) {
    if (near.size >= MAX_NODES) return;
    near.set(node, (entry = { count: 0, reasons: new Map() }));
  }
  entry.count += 1;
  const known = entry.reasons.get(reason);
  if (known !== undefined || entry.reasons.size < MAX_REASONS) entry.reasons.set(reason, (known ?? 0) + 1);
}

/** The reasons at a node with how often, the commonest first; none without near misses. */
export function nearMissReasons(near: NearMissCounts, node: string): readonly { readonly reason: string; readonly count: number }[] {
  return [...(near.get(node)?.reasons ?? [])].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count);
}

/** The commonest reason at a node, with how often; null without near misses. */
export function commonestReason(near: NearMissCounts, node: string): { readonly reason: string; readonly count: number } | null {
  return nearMissReasons(near, node)[0] ?? null;
}
