/** Unmapped names in groups: what nearly lit, what lights another graph, what is unknown, what is
 * ignored; names that differ only in numbers are one family.
 */
import { isIgnored } from "../ignoredNames.ts";
import type { SimilarName } from "../nearMiss.ts";
import type { State } from "../state.ts";
import { nearMissesOf, nearestNames, type UnmappedName, type UnmappedNearMiss } from "./unmapped.ts";

export type GroupName = "nearly" | "elsewhere" | "unknown" | "ignored";
export const GROUPS: readonly GroupName[] = ["nearly", "elsewhere", "unknown", "ignored"];

/** One name, or a family of names under a pattern with stars. */
export interface UnmappedItem {
  /** The name, or the family's pattern. */
  readonly name: string;
  readonly names: readonly UnmappedName[];
  readonly count: number;
  readonly group: GroupName;
  readonly misses: readonly UnmappedNearMiss[];
  readonly similar: SimilarName | null;
  /** Another graph of the workspace that listens for the name, "" if none does. */
  readonly elsewhere: string;
}

/** Names of one pattern from which they are a family. */
const FAMILY = 4;

/** The unmapped names, the most frequent first within each group; `elsewhere` gives the title of
 * another graph that listens for a name, "" if none does.
 */
export function groupUnmapped(state: State, names: readonly UnmappedName[], elsewhere: (name: string) => string): ReadonlyMap<GroupName, readonly UnmappedItem[]> {
  const items = new Map<GroupName, UnmappedItem[]>(GROUPS.map((group) => [group, []]));
  const unknown: UnmappedItem[] = [];
  for (const one of names) {
    const item = itemOf(state, one, elsewhere);
    if (item.group === "unknown") unknown.push(item);
    else items.get(item.group)?.push(item);
  }
  items.set("unknown", families(unknown));
  return items;
}

function itemOf(state: State, one: UnmappedName, elsewhere: (name: string) => string): UnmappedItem {
  const item = { name: one.name, names: [one], count: one.count, misses: [], similar: null, elsewhere: "" };
  if (isIgnored(one.name, state.ignored)) return { ...item, group: "ignored" };
  const misses = one.sample === null ? [] : nearMissesOf(state, one.sample);
  const similar = misses.length > 0 ? null : nearestNames(state, one.name, 1)[0] ?? null;
  if (misses.length > 0 || similar !== null) return { ...item, misses, similar, group: "nearly" };
  const other = elsewhere(one.name);
  return { ...item, elsewhere: other, group: other === "" ? "unknown" : "elsewhere" };
}

/** Names that differ only in numbers as one item each. */
function families(items: readonly UnmappedItem[]): UnmappedItem[] {
  const byPattern = new Map<string, UnmappedItem[]>();
  for (const item of items) {
    const pattern = item.name.replace(/\d+/g, "*");
    byPattern.set(pattern, [...(byPattern.get(pattern) ?? []), item]);
  }
  return [...byPattern].flatMap(([pattern, members]): UnmappedItem[] => {
    const [first] = members;
    if (members.length < FAMILY || first === undefined || !pattern.includes("*")) return members;
    return [{ ...first, name: pattern, names: members.flatMap(({ names }) => names), count: members.reduce((sum, { count }) => sum + count, 0) }];
  }).sort((a, b) => b.count - a.count);
}
