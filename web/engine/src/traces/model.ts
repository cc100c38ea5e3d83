/** The model of traces: visits, identifiers, joins, and what they count for. */
import type { NearMissCounts } from "../nearMiss.ts";
import type { Token } from "../wire.gen.ts";
import { addDuration, createHistogram, type DurationHistogram } from "./durationHistogram.ts";
import { dropJump, ensureJump, type JumpTable, touchJump } from "./jumpTable.ts";
import type { Route, RouteIndex } from "./pathSearch.ts";

// Types: the event that advances traces, the bounds, and the visits that a trace is made of.

/** One carried event, with times in milliseconds since 1970 UTC; `at` is when the viewer's clock
 * applied it.
 */
export interface TraceEvent {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly at: number;
  /** Skew-corrected. */
  readonly occurredAt: number;
  readonly arrivedAt: number;
  /** Its offset in the log; Infinity or absent without one. */
  readonly order?: number;
  /** Number of its row: grows in the order of arrival. */
  readonly arrival?: number;
  /** In the workspace's priority order; without any the event belongs to no trace. */
  readonly tokens: readonly Token[];
  /** uuids of the nodes it lit; none means unmapped. */
  readonly nodes: readonly string[];
  readonly flags: readonly string[];
  /** Nodes it would have lit but for `reason`. */
  readonly near?: readonly { readonly node: string; readonly reason: string }[];
}

/** Bounds. Beyond one the quietest goes first, and counts stay. */
export interface Bounds {
  /** Traces kept with their steps. */
  readonly traces: number;
  /** Evicted traces whose position and counted keys are still known. */
  readonly stubs: number;
  /** Marks in one trace. */
  readonly steps: number;
  /** Marks in all traces. */
  readonly marks: number;
  readonly joins: number;
  readonly jumps: number;
  /** Identifiers that one trace may gather; a join beyond it is refused. */
  readonly identifiers: number;
  readonly followed: number;
}

/** Identifier, its trace, and the identifiers that an undone join set it apart from. */
export interface IdentifierNode {
  readonly token: string;
  kind: string;
  trace: Trace;
  apart: IdentifierNode[] | null;
}

/** Two identifiers that one event carried. */
export interface Link {
  readonly a: IdentifierNode;
  readonly b: IdentifierNode;
}

/** Cursor of a trace, by node indices: `head` (-1 before any), the other nodes its last event lit,
 * since when, after how many moves.
 */
export interface Cursor {
  readonly head: number;
  readonly also: readonly number[];
  readonly since: number;
  readonly moves: number;
}

/** How a visit moved its trace: not at all (`unmapped`, `stay`), along the graph (`step`), or
 * without a path (`jump`).
 */
export type Move = "unmapped" | "entry" | "stay" | "step" | "jump";

/** Visit: an event in a trace, and how it moved it. `lit` are node indices. */
export interface Visit {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly at: number;
  readonly arrived: number;
  /** Its offset in the log, Infinity without one; a local event learns it from its twin. */
  order: number;
  readonly arrival: number;
  readonly late: boolean;
  readonly owner: IdentifierNode;
  lit: readonly number[];
  move: Move;
  from: number;
  route: Route | null;
  jump: number;
  gap: number;
  after: Cursor;
}

/** One trace. A stub has no visits and a null `tally`; `keys` then has what it counted for. */
export interface Trace {
  readonly seq: number;
  followedCount: number;
  tokens: IdentifierNode[];
  links: Link[];
  visits: Visit[];
  /** How often it counted for each key of `Counts`. */
  tally: Map<number, number> | null;
  keys: readonly number[];
  /** Cursor before the first visit; earlier events than `horizon` can no longer be placed. */
  base: Cursor;
  horizon: number;
  cursor: Cursor;
  events: number;
  dropped: number;
  firstAt: number;
  seenAt: number;
  partial: boolean;
}

/** Two traces that became one, or an identifier learnt (`learnt`: `b` was never seen before). */
export interface Join {
  readonly id: number;
  readonly at: number;
  readonly event: string;
  readonly why: "identify" | "alias" | "event" | "rotation";
  readonly learnt: boolean;
  readonly a: IdentifierNode;
  readonly b: IdentifierNode;
  undone: boolean;
}

/** All traces of one watch session; moved, not shared. */
export interface Traces {
  readonly bounds: Bounds;
  routeIndex: RouteIndex;
  readonly tokens: Map<string, IdentifierNode>;
  /** Traces with visits, the quietest first. */
  readonly live: Set<Trace>;
  readonly stubs: Set<Trace>;
  readonly followedTraces: Set<Trace>;
  /** Followed tokens and their hue. */
  readonly followed: Map<string, number>;
  readonly joins: Map<number, Join>;
  counts: Counts;
  jumps: JumpTable;
  readonly near: NearMissCounts;
  readonly names: Map<string, string>;
  visitCount: number;
  sequence: number;
  total: Totals;
}

/** `traces` distinct so far (exact while `forgotten` is 0, at most so many otherwise); `events =
 * placed + unplaceable + duplicate + untraced`.
 */
export interface Totals {
  events: number;
  placed: number;
  /** Older than the trace's visits: counted at its nodes, not in its path. */
  unplaceable: number;
  duplicate: number;
  /** Without an identifier. */
  untraced: number;
  traces: number;
  evicted: number;
  forgotten: number;
  joins: number;
  /** Joins refused because a trace has too many identifiers, or because a join was undone. */
  refused: number;
}

// One trace as it begins: nowhere, without marks.

/** Cursor of a trace before its first event. */
export const NOWHERE: Cursor = { head: -1, also: [], since: 0, moves: 0 };

/** A trace that is in none of the lists yet. */
export function createTrace(traces: Traces, firstAt: number): Trace {
  traces.sequence += 1;
  return {
    seq: traces.sequence, followedCount: 0, tokens: [], links: [], visits: [], tally: new Map(), keys: [], base: NOWHERE, horizon: -Infinity,
    cursor: NOWHERE, events: 0, dropped: 0, firstAt, seenAt: 0, partial: false,
  };
}

// Counts: how often, and for how many distinct traces, at nodes, edges and jumps. Everything
// counted can be removed again.

/** One node, edge or jump. `inferred` of the `count` were bridged; `gaps` of single-edge steps (or
 * jumps), `bridged` of whole bridged ways.
 */
export interface Cell {
  count: number;
  traces: number;
  inferred: number;
  gaps: DurationHistogram | null;
  bridged: DurationHistogram | null;
}

/** Keys: a node's index, then `nodes` + an edge's index, then `nodes` + `edges` + a jump's id. */
export interface Counts {
  readonly nodes: number;
  readonly edges: number;
  readonly cells: Map<number, Cell>;
  /** Per node: traces that entered there, and traces that stand there. */
  readonly entries: Int32Array;
  readonly standing: Int32Array;
}

/** Counts of a graph with so many nodes and edges, at zero. */
export function createCounts(nodes: number, edges: number): Counts {
  return { nodes, edges, cells: new Map(), entries: new Int32Array(nodes), standing: new Int32Array(nodes) };
}

/** The counts of a node, edge or jump that no trace has passed. */
export function emptyCell(): Cell {
  return { count: 0, traces: 0, inferred: 0, gaps: null, bridged: null };
}

/** Counts a visit for its trace (`sign` 1) or removes it (-1). */
export function countVisit(counts: Counts, jumps: JumpTable, trace: Trace, visit: Visit, sign: 1 | -1): void {
  for (const node of visit.lit) countKey(counts, trace, node, sign);
  if (visit.move === "entry") counts.entries[visit.after.head] = (counts.entries[visit.after.head] ?? 0) + sign;
  else if (visit.move === "step" && visit.route !== null) {
    const inferred = visit.route.edges.length > 1;
    for (const edge of visit.route.edges) {
      const cell = countKey(counts, trace, counts.nodes + edge, sign);
      if (inferred) cell.inferred += sign;
      addDuration(inferred ? (cell.bridged ??= createHistogram()) : (cell.gaps ??= createHistogram()), visit.gap, sign);
    }
  } else if (visit.move === "jump") countJump(counts, jumps, trace, visit, sign);
}

/** Moves the trace's standing after its cursor changed from `before` (-1: nowhere). */
export function moveStanding(counts: Counts, before: number, after: number): void {
  if (before === after) return;
  if (before >= 0) counts.standing[before] = (counts.standing[before] ?? 0) - 1;
  if (after >= 0) counts.standing[after] = (counts.standing[after] ?? 0) + 1;
}

function countJump(counts: Counts, jumps: JumpTable, trace: Trace, visit: Visit, sign: 1 | -1): void {
  if (sign === 1) {
    const entry = ensureJump(jumps, visit.from, visit.after.head, (id) => counts.cells.get(jumpKey(counts, id))?.traces ?? 0);
    visit.jump = entry.id;
    touchJump(jumps, entry.id, visit.at);
    if (entry.evicted !== null) counts.cells.delete(jumpKey(counts, entry.evicted));
  } else if (!jumps.byId.has(visit.jump)) return;
  const key = jumpKey(counts, visit.jump);
  const cell = countKey(counts, trace, key, sign);
  addDuration(cell.gaps ??= createHistogram(), visit.gap, sign);
  if (cell.count > 0) return;
  dropJump(jumps, visit.jump);
  counts.cells.delete(key);
}

/** The key of a jump among the cells: after those of nodes and edges. */
export function jumpKey(counts: Counts, id: number): number {
  return counts.nodes + counts.edges + id;
}

/** One more or one less for `key`, and for the trace's own tally of it, from which distinct traces
 * follow.
 */
function countKey(counts: Counts, trace: Trace, key: number, sign: 1 | -1): Cell {
  let cell = counts.cells.get(key);
  if (cell === undefined) counts.cells.set(key, (cell = emptyCell()));
  cell.count += sign;
  const own = trace.tally ?? new Map<number, number>();
  const before = own.get(key) ?? 0;
  const after = before + sign;
  if (after === 0) own.delete(key);
  else own.set(key, after);
  if (before === 0) cell.traces += 1;
  else if (after === 0) cell.traces -= 1;
  return cell;
}

// Descriptions of a trace: its identifiers, its position, how it ended.

/** The token of an identifier, with its kind. */
export function tokenOf(identifier: IdentifierNode): Token {
  return { kind: identifier.kind, token: identifier.token };
}

/** The identifier a trace goes by: a followed one, else the first seen. */
export function nameOf(traces: Traces, trace: Trace): IdentifierNode | undefined {
  return (trace.followedCount > 0 ? trace.tokens.find((identifier) => traces.followed.has(identifier.token)) : undefined) ?? trace.tokens[0];
}

/** The uuid of a node index; null for -1. */
export function uuidOf(traces: Traces, node: number): string | null {
  return traces.routeIndex.graph.nodes[node]?.uuid ?? null;
}

/** How a trace at a node has ended: the node's outcome, "other" if it names none, null if the trace
 * goes on.
 */
export function endedAt(traces: Traces, node: number): string | null {
  const there = traces.routeIndex.graph.nodes[node];
  if (there?.absorbing !== true) return null;
  return there.outcome === "" ? "other" : there.outcome;
}

/** Whether numbers of distinct traces are exact; otherwise they are "at most": a forgotten trace
 * that came back counts twice.
 */
export function exact(traces: Traces): boolean {
  return traces.total.forgotten === 0;
}
