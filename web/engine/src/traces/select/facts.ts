/** Facts of an edge or a node since On: how many traces, how long they took, how many are waiting.
 */
import { quantile, type DurationHistogram } from "../durationHistogram.ts";
import { endedAt, exact, type Traces } from "../model.ts";

/** Durations in milliseconds, right to about 2 %; null without a sample. */
export interface Spread {
  readonly n: number;
  readonly medianMs: number | null;
  readonly p95Ms: number | null;
}

/** `inferred` of the traversals were bridged; `dwell` is of direct steps, `bridged` of the whole
 * bridged ways over this edge. `waiting` traces stand at the edge's source and may still go;
 * `waitedMs` is the median of how long so far, of those kept.
 */
export interface EdgeFacts {
  readonly traversals: number;
  readonly inferred: number;
  readonly traces: number;
  /** False: `traces` is at most so many. */
  readonly exact: boolean;
  readonly dwell: Spread;
  readonly bridged: Spread;
  readonly waiting: number;
  readonly waitedMs: number | null;
  /** The graph's own probability, as context. */
  readonly p: number | null;
}

/** What traces say of a node: visits, how many began here, how many stand here. */
export interface NodeFacts {
  readonly visits: number;
  readonly traces: number;
  readonly exact: boolean;
  readonly entries: number;
  readonly standing: number;
  /** The outcome of those that stand here, if the node ends a trace. */
  readonly ended: string | null;
}

/** Facts of an edge by its uuid at `at` (milliseconds, the events' clock); null if the graph has no
 * such edge.
 */
export function edgeFacts(traces: Traces, edge: string, at: number): EdgeFacts | null {
  const index = traces.routeIndex.edgeIndex.get(edge);
  if (index === undefined) return null;
  const cell = traces.counts.cells.get(traces.counts.nodes + index);
  const source = traces.routeIndex.source[index] ?? -1;
  return {
    traversals: cell?.count ?? 0, inferred: cell?.inferred ?? 0, traces: cell?.traces ?? 0, exact: exact(traces),
    dwell: spread(cell?.gaps ?? null), bridged: spread(cell?.bridged ?? null),
    waiting: endedAt(traces, source) === null ? traces.counts.standing[source] ?? 0 : 0, waitedMs: waited(traces, source, at),
    p: traces.routeIndex.graph.edges[index]?.p ?? null,
  };
}

/** Facts of a node by its uuid; null if the graph has no such node. */
export function nodeFacts(traces: Traces, node: string): NodeFacts | null {
  const index = traces.routeIndex.index.get(node);
  if (index === undefined) return null;
  const cell = traces.counts.cells.get(index);
  return {
    visits: cell?.count ?? 0, traces: cell?.traces ?? 0, exact: exact(traces), entries: traces.counts.entries[index] ?? 0,
    standing: traces.counts.standing[index] ?? 0, ended: endedAt(traces, index),
  };
}

/** Number of traversals of an edge; 0 if never or unknown. */
export function edgeCount(traces: Traces, edge: string): number {
  const index = traces.routeIndex.edgeIndex.get(edge);
  return index === undefined ? 0 : traces.counts.cells.get(traces.counts.nodes + index)?.count ?? 0;
}

/** How many traces have ended, by outcome. */
export function endings(traces: Traces): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  traces.counts.standing.forEach((standing, node) => {
    const outcome = endedAt(traces, node);
    if (outcome !== null && standing > 0) sums.set(outcome, (sums.get(outcome) ?? 0) + standing);
  });
  return sums;
}

/** The median and the 95th percentile of durations, in milliseconds. */
export function spread(durations: DurationHistogram | null): Spread {
  return { n: durations?.count ?? 0, medianMs: quantile(durations, 0.5), p95Ms: quantile(durations, 0.95) };
}

function waited(traces: Traces, node: number, at: number): number | null {
  const ages: number[] = [];
  for (const set of [traces.live, traces.followedTraces]) {
    for (const trace of set) if (trace.cursor.head === node) ages.push(Math.max(0, at - trace.cursor.since));
  }
  return ages.sort((a, b) => a - b)[Math.floor(ages.length / 2)] ?? null;
}
