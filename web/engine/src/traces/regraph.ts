/** Takes traces over to a changed graph, or to other lit nodes for events already seen: every kept path is derived anew. */
import type { Graph } from "../wire.gen.ts";
import { createCounts, jumpKey, stands, type Counts } from "./counts.ts";
import { createJumps, pair } from "./jumps.ts";
import { rebuild } from "./join.ts";
import { retract } from "./path.ts";
import { compile, type Ways } from "./reach.ts";
import { indicesOf } from "./traces.ts";
import type { Stand, Traces } from "./types.ts";

/** What a mark's new nodes are chosen by; `nodes` are those it lights so far. */
export interface Relit {
  readonly id: string;
  readonly name: string;
  readonly nodes: readonly string[];
}

/** From old to new: a node's index, a key of the counts; -1 where the new graph does not have it. */
interface Moved {
  readonly node: (old: number) => number;
  readonly key: (old: number) => number;
}

/** Moves all traces to `graph` by uuid. `relight` may give kept events other nodes (null leaves them), as after binding a name to a node.
 * They keep the order of their last activity. Counts of evicted traces stay, save those at nodes and edges that are gone. */
export function regraph(traces: Traces, graph: Graph, relight: (mark: Relit) => readonly string[] | null = () => null): void {
  const kept = [...traces.live, ...traces.heldTraces];
  for (const trace of kept) {
    stands(traces.counts, trace.stand.head, -1);
    retract(traces, trace, 0);
  }
  const before = traces.ways;
  traces.ways = compile(graph);
  const moved = carryOver(traces, before);
  const uuids = (lit: readonly number[]): string[] => lit.map((node) => before.graph.nodes[node]?.uuid ?? "");
  for (const trace of traces.stubs) {
    trace.keys = trace.keys.map(moved.key).filter((key) => key >= 0);
    trace.base = trace.stand = movedStand(trace.stand, moved);
  }
  for (const trace of kept) {
    for (const mark of trace.marks) {
      const nodes = uuids(mark.lit);
      mark.lit = indicesOf(traces, relight({ id: mark.id, name: mark.name, nodes }) ?? nodes);
      mark.move = "unmapped";
      mark.route = null;
    }
    trace.base = movedStand(trace.base, moved);
    trace.tally = new Map([...trace.tally ?? []].map(([key, times]): [number, number] => [moved.key(key), times]).filter(([key]) => key >= 0));
  }
  for (const trace of kept) rebuild(traces, trace, trace.marks);
}

/** Moves counts and jumps, which hold only what is settled by now, to the new graph's indices. */
function carryOver(traces: Traces, before: Ways): Moved {
  const { counts: old, jumps: oldJumps, ways } = traces;
  const counts = createCounts(ways.graph.nodes.length, ways.graph.edges.length);
  const jumps = createJumps(oldJumps.limit);
  const node = (index: number): number => ways.index.get(before.graph.nodes[index]?.uuid ?? "") ?? -1;
  jumps.next = oldJumps.next;
  jumps.evicted = oldJumps.evicted;
  for (const jump of oldJumps.byId.values()) {
    const moved = { ...jump, from: node(jump.from), to: node(jump.to) };
    if (moved.from < 0 || moved.to < 0) continue;
    jumps.byId.set(moved.id, moved);
    jumps.byPair.set(pair(moved.from, moved.to), moved);
  }
  const key = (from: number): number => {
    if (from < old.nodes) return node(from);
    const first = old.nodes + old.edges;
    if (from >= first) return jumps.byId.has(from - first) ? jumpKey(counts, from - first) : -1;
    const edge = ways.edgeIndex.get(before.graph.edges[from - old.nodes]?.uuid ?? "");
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

function movedStand(stand: Stand, moved: Moved): Stand {
  if (stand.head < 0) return stand;
  return { ...stand, head: moved.node(stand.head), also: stand.also.map(moved.node).filter((node) => node >= 0) };
}
