/** Selectors of traces from the state. */
import { shownAt } from "../pauseBuffer.ts";
import type { State } from "../state.ts";
import { edgeCount, type EdgeFacts, edgeFacts, type NodeFacts, nodeFacts } from "../traces/select/facts.ts";
import { type EdgeOrJump, exampleTraces, type FollowedPath, followedPaths, type Timeline, timeline } from "../traces/select/paths.ts";
import { nameOf } from "../traces/model.ts";
import { type JoinRow, joins, recent, type TraceKind, type TraceRow, traceRow, traceTotals } from "../traces/select/traceList.ts";
import { jump, type JumpRow, jumps } from "../traces/select/jumps.ts";

/** The last `n` traces of a kind that answer to `search`, the most recently active first. `labelOf`
 * gives the name that a person gave to a token, "" for none. */
export function recentTraces(state: State, n: number, search = "", labelOf?: (token: string) => string, only?: TraceKind): readonly TraceRow[] {
  return state.accumulation.traces === null ? [] : recent(state.accumulation.traces, n, search, labelOf, only);
}

/** A trace's row in the list, by any of its tokens; null if nothing is known of it. */
export function traceByToken(state: State, token: string): TraceRow | null {
  return state.accumulation.traces === null ? null : traceRow(state.accumulation.traces, token);
}

/** All tokens of the trace that a token belongs to, first the one that names it; the token alone if
 * nothing is known of it.
 */
export function tokensOf(state: State, token: string): readonly string[] {
  const traces = state.accumulation.traces;
  const found = traces?.tokens.get(token)?.trace;
  if (traces === null || found === undefined) return [token];
  const first = nameOf(traces, found)?.token ?? token;
  return [first, ...found.tokens.map((one) => one.token).filter((one) => one !== first)];
}

/** The timeline of the trace that a token belongs to; null if it is unknown. */
export function trace(state: State, token: string): Timeline | null {
  return state.accumulation.traces === null ? null : timeline(state.accumulation.traces, token);
}

/** Number of traces: distinct since On (`seen`), and with their steps (`retained`); `exact` is
 * false if a number is "at most".
 */
export function traceCounts(state: State): { readonly seen: number; readonly retained: number; readonly exact: boolean } {
  return state.accumulation.traces === null ? { seen: 0, retained: 0, exact: true } : traceTotals(state.accumulation.traces);
}

/** The paths of the followed traces, in the order they were followed. */
export function followed(state: State): readonly FollowedPath[] {
  return state.accumulation.traces === null ? [] : followedPaths(state.accumulation.traces);
}

/** The most frequent jumps between nodes without an edge. */
export function ghostEdges(state: State, count = 50): readonly JumpRow[] {
  return state.accumulation.traces === null ? [] : jumps(state.accumulation.traces, count);
}

/** The jump between two nodes; null if there is none. */
export function ghostEdge(state: State, from: string, to: string): JumpRow | null {
  return state.accumulation.traces === null ? null : jump(state.accumulation.traces, from, to);
}

/** The latest joins of traces, of one trace if `token` is given. */
export function traceJoins(state: State, count: number, token: string | null = null): readonly JoinRow[] {
  return state.accumulation.traces === null ? [] : joins(state.accumulation.traces, count, token);
}

/** What is known of an edge; null if the graph has none of this uuid. */
export function edge(state: State, uuid: string, at: number): EdgeFacts | null {
  return state.accumulation.traces === null ? null : edgeFacts(state.accumulation.traces, uuid, shownAt(state.clock, at));
}

/** How often an edge was gone along: cheap enough to ask for every edge. */
export function edgeSeen(state: State, uuid: string): number {
  return state.accumulation.traces === null ? 0 : edgeCount(state.accumulation.traces, uuid);
}

/** What traces say of a node; null if the graph has none of this uuid. */
export function node(state: State, uuid: string): NodeFacts | null {
  return state.accumulation.traces === null ? null : nodeFacts(state.accumulation.traces, uuid);
}

/** Tokens of the latest traces that went along an edge or made a jump. */
export function wayTraces(state: State, way: EdgeOrJump, most: number): readonly string[] {
  return state.accumulation.traces === null ? [] : exampleTraces(state.accumulation.traces, way, most);
}
