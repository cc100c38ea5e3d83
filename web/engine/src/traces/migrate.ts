/** Migration of traces to another graph, or to other lit nodes. */
import type { Graph } from "../wire.gen.ts";
import { rebuild } from "./identity.ts";
import { createJumps, pairKey } from "./jumpTable.ts";
import { type Counts, createCounts, type Cursor, jumpKey, moveStanding, type TraceEvent, type Traces } from "./model.ts";
import { derive, retract } from "./path.ts";
import { compileGraph, type RouteIndex } from "./pathSearch.ts";
import { indicesOf } from "./traces.ts";

// Relighting of one event.

/** Gives an event of a trace another name and other lit nodes; nothing if no trace has it. */
export function relightVisit(traces: Traces, { id, name, nodes, traces: tokens }: Pick<TraceEvent, "id" | "name" | "nodes"> & { readonly traces: TraceEvent["tokens"] }): void {
  for (const { token } of tokens) {
    const trace = traces.tokens.get(token)?.trace;
    // The event is one of the last: search from the end.
    let at = (trace?.visits.length ?? 0) - 1;
    while (at >= 0 && trace?.visits[at]?.id !== id) at -= 1;
    const visit = trace?.visits[at];
    if (trace === undefined || visit === undefined) continue;
    const before = trace.cursor.head;
    const later = trace.visits.slice(at + 1);
    retract(traces, trace, at);
    trace.visits.length = at;
    derive(traces, trace, { ...visit, name, lit: indicesOf(traces, nodes), move: "unmapped", from: -1, route: null, jump: -1, gap: 0 });
    for (const next of later) derive(traces, trace, next);
    moveStanding(traces.counts, before, trace.cursor.head);
    return;
  }
}

// Migration: every trace with visits is derived anew.

/** What a mark's new nodes are chosen by; `nodes` are those it lights so far. */
export interface RelitVisit {
  readonly id: string;
  readonly name: string;
  readonly nodes: readonly string[];
}

/** From old to new: a node's index, a key of the counts; -1 if the new graph does not have it. */
interface IndexMap {
  readonly node: (old: number) => number;
  readonly key: (old: number) => number;
}

/** Moves all traces to `graph` by uuid. `relight` may give events other nodes (null leaves them),
 * as after binding a name to a node. The order of activity stays. Counts of evicted traces stay,
 * except at nodes and edges that are gone.
 */
export function migrateTraces(traces: Traces, graph: Graph, relight: (visit: RelitVisit) => readonly string[] | null = () => null): void {
  const retained = [...traces.live, ...traces.followedTraces];
  for (const trace of retained) {
    moveStanding(traces.counts, trace.cursor.head, -1);
    retract(traces, trace, 0);
  }
  const before = traces.routeIndex;
  traces.routeIndex = compileGraph(graph);
  const moved = moveCounts(traces, before);
  const uuids = (lit: readonly number[]): string[] => lit.map((node) => before.graph.nodes[node]?.uuid ?? "");
  for (const trace of traces.stubs) {
    trace.keys = trace.keys.map(moved.key).filter((key) => key >= 0);
    trace.base = trace.cursor = moveCursor(trace.cursor, moved);
  }
  for (const trace of retained) {
    for (const visit of trace.visits) {
      const nodes = uuids(visit.lit);
      visit.lit = indicesOf(traces, relight({ id: visit.id, name: visit.name, nodes }) ?? nodes);
      visit.move = "unmapped";
      visit.route = null;
    }
    trace.base = moveCursor(trace.base, moved);
    trace.tally = new Map([...trace.tally ?? []].map(([key, times]): [number, number] => [moved.key(key), times]).filter(([key]) => key >= 0));
  }
  for (const trace of retained) rebuild(traces, trace, trace.visits);
}

/** Moves counts and jumps, which contain only what is settled by now, to the new graph's indices.
 */
function moveCounts(traces: Traces, before: RouteIndex): IndexMap {
  const { counts: old, jumps: oldJumps, routeIndex } = traces;
  const counts = createCounts(routeIndex.graph.nodes.length, routeIndex.graph.edges.length);
  const jumps = createJumps(oldJumps.limit);
  const node = (index: number): number => routeIndex.index.get(before.graph.nodes[index]?.uuid ?? "") ?? -1;
  jumps.next = oldJumps.next;
  jumps.evicted = oldJumps.evicted;
  for (const jump of oldJumps.byId.values()) {
    const moved = { ...jump, from: node(jump.from), to: node(jump.to) };
    if (moved.from < 0 || moved.to < 0) continue;
    jumps.byId.set(moved.id, moved);
    jumps.byPair.set(pairKey(moved.from, moved.to), moved);
  }
  const key = (from: number): number => {
    if (from < old.nodes) return node(from);
    const first = old.nodes + old.edges;
    if (from >= first) return jumps.byId.has(from - first) ? jumpKey(counts, from - first) : -1;
    const edge = routeIndex.edgeIndex.get(before.graph.edges[from - old.nodes]?.uuid ?? "");
    return edge === undefined ? -1 : counts.nodes + edge;
  };
  for (const [from, cell] of old.cells) if (key(from) >= 0) counts.cells.set(key(from), cell);
  copyNodes(old, counts, node);
  traces.counts = counts;
  traces.jumps = jumps;
  return { node, key };
}

function copyNodes(old: Counts, counts: Counts, node: (index: number) => number): void {
  for (let index = 0; index < old.nodes; index += 1) {
    const to = node(index);
    if (to < 0) continue;
    counts.entries[to] = old.entries[index] ?? 0;
    counts.standing[to] = old.standing[index] ?? 0;
  }
}

function moveCursor(cursor: Cursor, moved: IndexMap): Cursor {
  if (cursor.head < 0) return cursor;
  return { ...cursor, head: moved.node(cursor.head), also: cursor.also.map(moved.node).filter((node) => node >= 0) };
}
