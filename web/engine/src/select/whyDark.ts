/** Why a node has not been seen: what is known of it, the surest first. */
import { displayed } from "../activity.ts";
import { rowAt } from "../eventBuffer.ts";
import { namesFromShown, nearMisses, nearMissReasons, type SimilarName, similarNames } from "../nearMiss.ts";
import type { State } from "../state.ts";
import type { Graph } from "../wire.gen.ts";

/** One reason. `not-kept`: it can never be seen, as what it asks for is not kept. `filter`: its
 * event came, and its filter let none through. `spelling`: a name like its own came. `upstream`: no
 * step that leads to it was seen. `never`: no event of its name came.
 */
export type DarkReason =
  | { readonly kind: "not-kept"; readonly why: string }
  | { readonly kind: "filter"; readonly names: readonly string[]; readonly count: number; readonly reasons: readonly { readonly reason: string; readonly count: number }[] }
  | { readonly kind: "spelling"; readonly name: string; readonly expected: string; readonly why: SimilarName["why"]; readonly count: number }
  | { readonly kind: "upstream"; readonly nodes: readonly string[] }
  | { readonly kind: "never"; readonly names: readonly string[]; readonly since: number; readonly missed: number };

/** How many of the newest events are read, and the most reasons or names of one kind. */
const ROWS = 2000;
const TOLD = 3;
/** Names that are looked at for one that was sent. */
const MOST_LIKE = 8;

/** None if the node was seen, if there is no such node or no event for it, and before On. */
export function whyDark(state: State, uuid: string): readonly DarkReason[] {
  const { graph, accumulation } = state;
  const node = graph?.nodes.find((one) => one.uuid === uuid);
  const seen = accumulation.nodes.get(uuid);
  if (graph === null || node === undefined || accumulation.since === 0 || (seen !== undefined && displayed(seen) > 0)) return [];
  const listens = graph.listens.filter((listen) => listen.node === uuid);
  const names = [...new Set(listens.flatMap((listen) => listen.names))];
  if (names.length === 0) return [];
  const unkept = listens.flatMap(({ filters }) => filters).find((filter) => filter.unkept !== undefined);
  if (node.dark !== "" || unkept !== undefined) return [{ kind: "not-kept", why: node.dark || `its filter asks for “${unkept?.property ?? ""}”, which is not kept here: ${unkept?.unkept ?? ""}` }];
  const filtered = failedFilter(state, uuid, names);
  const spelt = filtered === null ? spellings(state, graph, uuid) : [];
  const upstream = filtered === null ? darkUpstream(state, graph, uuid) : [];
  return [
    ...(filtered === null ? [] : [filtered]), ...spelt, ...(upstream.length === 0 ? [] : [{ kind: "upstream", nodes: upstream } as const]),
    ...(filtered === null ? [{ kind: "never", names, since: accumulation.since, missed: accumulation.frameSums.missed } as const] : []),
  ];
}

/** Events of the node's own names that its filter did not let through, whether they lit other nodes
 * or none.
 */
function failedFilter({ accumulation, table }: State, uuid: string, names: readonly string[]): DarkReason | null {
  const { events, traces } = accumulation;
  const counted = traces === null ? [] : nearMissReasons(traces.near, uuid).filter(({ reason }) => reason.startsWith("its "));
  const found = new Map(counted.map(({ reason, count }) => [reason, count]));
  let count = counted.reduce((sum, one) => sum + one.count, 0);
  for (let at = events.end - 1; at >= Math.max(events.start, events.end - ROWS); at -= 1) {
    const row = rowAt(events, at);
    // What lit no node at all is counted among the near misses.
    if (row === null || row.nodes.length === 0 || row.nodes.includes(uuid)) continue;
    const heard = namesFromShown(row.type, row.name).filter((name) => names.includes(name));
    if (heard.length === 0) continue;
    const miss = nearMisses(table, heard, row.properties, null).find((one) => one.node === uuid);
    if (miss === undefined) continue;
    count += 1;
    found.set(miss.reason, (found.get(miss.reason) ?? 0) + 1);
  }
  if (count === 0) return null;
  const reasons = [...found].map(([reason, n]) => ({ reason, count: n })).sort((a, b) => b.count - a.count).slice(0, TOLD);
  return { kind: "filter", names, count, reasons };
}

/** Unmapped names that are like one of the node's, and no more like another node's. */
function spellings({ accumulation }: State, graph: Graph, uuid: string): DarkReason[] {
  return [...accumulation.unmapped.names.values()].flatMap((entry) => {
    const count = displayed(entry);
    const likest = count > 0 ? similarNames(graph, entry.name, MOST_LIKE) : [];
    const like = likest.find(({ node, likeness }) => node === uuid && likeness === likest[0]?.likeness);
    // “Step 3” is no misspelt “Step 2”.
    if (like === undefined || (like.why === "letters" && withoutDigits(like.name) === withoutDigits(entry.name))) return [];
    return [{ kind: "spelling", name: entry.name, expected: like.name, why: like.why, count, likeness: like.likeness } as const];
  }).sort((a, b) => b.likeness - a.likeness || b.count - a.count).slice(0, TOLD).map(({ kind, name, expected, why, count }) => ({ kind, name, expected, why, count }));
}

function withoutDigits(name: string): string {
  return name.replace(/\d+/g, "#");
}

/** The steps that lead to the node, over nodes without an event, if none of them was seen; none if
 * one was, and at a beginning.
 */
function darkUpstream({ accumulation, table }: State, graph: Graph, uuid: string): readonly string[] {
  const tracked = new Set([...table.bindings.values()].flat().map(({ node }) => node));
  const [found, passed, ways] = [new Set<string>(), new Set([uuid]), [uuid]];
  for (let at = ways.pop(); at !== undefined; at = ways.pop()) {
    for (const { source, target } of graph.edges) {
      if (target !== at || passed.has(source)) continue;
      passed.add(source);
      if (tracked.has(source)) found.add(source);
      else ways.push(source);
    }
  }
  const seen = (node: string): boolean => displayed(accumulation.nodes.get(node) ?? { remote: 0, local: 0, pendingLocal: 0 }) > 0;
  return [...found].some(seen) ? [] : [...found];
}
