/** Traces, asked of the state. */
import { shownAt } from "../clock.ts";
import type { State } from "../state.ts";
import { edgeCount, type EdgeFacts, edgeFacts, type NodeFacts, nodeFacts } from "../traces/select/facts.ts";
import { type FollowedPath, followedPaths } from "../traces/select/followed.ts";
import { goers, type WayAsked } from "../traces/select/goers.ts";
import { type JoinRow, joins } from "../traces/select/joins.ts";
import { jump, type JumpRow, jumps } from "../traces/select/jumps.ts";
import { recent, type TraceRow, traceTotals } from "../traces/select/recent.ts";
import { type Timeline, timeline } from "../traces/select/timeline.ts";

/** The last `n` traces that answer to `search`, the most recently active first. */
export function recentTraces(state: State, n: number, search = ""): readonly TraceRow[] {
  return state.kept.traces === null ? [] : recent(state.kept.traces, n, search);
}

/** The timeline of the trace that a token belongs to; null where it is unknown. */
export function trace(state: State, token: string): Timeline | null {
  return state.kept.traces === null ? null : timeline(state.kept.traces, token);
}

/** How many traces: distinct since On, and kept with their steps; `exact` is false where a number is "at most". */
export function traceCounts(state: State): { readonly seen: number; readonly kept: number; readonly exact: boolean } {
  return state.kept.traces === null ? { seen: 0, kept: 0, exact: true } : traceTotals(state.kept.traces);
}

export function followed(state: State): readonly FollowedPath[] {
  return state.kept.traces === null ? [] : followedPaths(state.kept.traces);
}

export function ghostEdges(state: State, count = 50): readonly JumpRow[] {
  return state.kept.traces === null ? [] : jumps(state.kept.traces, count);
}

/** The jump between two nodes; null where there is none. */
export function ghostEdge(state: State, from: string, to: string): JumpRow | null {
  return state.kept.traces === null ? null : jump(state.kept.traces, from, to);
}

export function traceJoins(state: State, count: number, token: string | null = null): readonly JoinRow[] {
  return state.kept.traces === null ? [] : joins(state.kept.traces, count, token);
}

export function edge(state: State, uuid: string, at: number): EdgeFacts | null {
  return state.kept.traces === null ? null : edgeFacts(state.kept.traces, uuid, shownAt(state.clock, at));
}

/** How often an edge was gone along: cheap enough to ask for every edge. */
export function edgeSeen(state: State, uuid: string): number {
  return state.kept.traces === null ? 0 : edgeCount(state.kept.traces, uuid);
}

export function node(state: State, uuid: string): NodeFacts | null {
  return state.kept.traces === null ? null : nodeFacts(state.kept.traces, uuid);
}

/** Tokens of the latest traces that went along an edge or made a jump. */
export function wayTraces(state: State, way: WayAsked, most: number): readonly string[] {
  return state.kept.traces === null ? [] : goers(state.kept.traces, way, most);
}
