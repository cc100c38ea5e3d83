/** A trace's path: order of visits, choice of the next node, insertion. */
import { countVisit, type Cursor, type Move, moveStanding, type Trace, type Traces, type Visit } from "./model.ts";
import { distances, type Route, route, type RouteIndex } from "./pathSearch.ts";

// Order: visits go by corrected time of occurrence, then by offset in the log; lateness follows
// from it.

/** What decides a visit's position. */
export type VisitOrder = Pick<Visit, "at" | "order" | "arrived" | "arrival" | "id">;

/** Negative if `a` comes first; 0 only for the same message. Within one moment, visits without an
 * offset come last, as they arrived.
 */
export function compareVisits(a: VisitOrder, b: VisitOrder): number {
  if (a.at !== b.at) return a.at - b.at;
  if (a.order !== b.order) return a.order < b.order ? -1 : 1;
  if (a.arrived !== b.arrived) return a.arrived - b.arrived;
  if (a.arrival !== b.arrival) return a.arrival - b.arrival;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** Index at which a visit belongs; null if the message is there already. */
export function insertionIndex(visits: readonly Visit[], visit: VisitOrder): number | null {
  let low = 0;
  let high = visits.length;
  const last = visits[high - 1];
  if (last === undefined || last.at < visit.at) return high;
  while (low < high) {
    const middle = (low + high) >> 1;
    const there = visits[middle];
    if (there !== undefined && compareVisits(there, visit) < 0) low = middle + 1;
    else high = middle;
  }
  return findMessage(visits, visit, low) === null ? low : null;
}

/** The visit of the same message; null if there is none. It can only be among visits of the same
 * moment, around the index `near`.
 */
export function findMessage(visits: readonly Visit[], visit: VisitOrder, near: number): Visit | null {
  for (let n = near; visits[n]?.at === visit.at; n += 1) if (visits[n]?.id === visit.id) return visits[n] ?? null;
  for (let n = near - 1; visits[n]?.at === visit.at; n -= 1) if (visits[n]?.id === visit.id) return visits[n] ?? null;
  return null;
}

/** Two ordered lists as one, each message once. */
export function mergeVisits(a: readonly Visit[], b: readonly Visit[]): Visit[] {
  const all: Visit[] = [];
  let [m, n] = [0, 0];
  for (;;) {
    const left = a[m];
    const right = b[n];
    const next = left === undefined || (right !== undefined && compareVisits(right, left) < 0) ? right : left;
    if (next === undefined) return all;
    if (next === left) m += 1;
    else n += 1;
    if (findMessage(all, next, all.length) === null) all.push(next);
  }
}

/** Per visit: it arrived after one that occurred later, or its sender said so. */
export function lateness(visits: readonly Visit[]): boolean[] {
  const late: boolean[] = [];
  let [soonest, ofMoment, moment] = [Infinity, Infinity, Infinity];
  for (let n = visits.length - 1; n >= 0; n -= 1) {
    const visit = visits[n];
    if (visit === undefined) continue;
    if (visit.at !== moment) [soonest, ofMoment, moment] = [Math.min(soonest, ofMoment), Infinity, visit.at];
    late[n] = visit.late || visit.arrived > soonest;
    ofMoment = Math.min(ofMoment, visit.arrived);
  }
  return late;
}

/** Whether a visit shares its millisecond with a neighbour, so that their order is a guess. */
export function ambiguous(visits: readonly Visit[], n: number): boolean {
  const at = visits[n]?.at;
  return at !== undefined && (visits[n - 1]?.at === at || visits[n + 1]?.at === at);
}

// Transition: which of the lit nodes an event takes a trace to.

/** Transition: `from` is the node left (-1 for an entry), `route` the path of a step. */
export interface Transition {
  readonly move: Move;
  readonly from: number;
  readonly to: number;
  readonly route: Route | null;
}

/** The next place of a trace that stands at `stand` when an event lights `lit` (node indices).
 * Rules TRC-1 to TRC-7.
 */
export function chooseTransition(routeIndex: RouteIndex, cursor: Cursor, lit: readonly number[]): Transition {
  const { head, also } = cursor;
  if (lit.length === 0) return { move: "unmapped", from: head, to: head, route: null };
  if (head < 0) return { move: "entry", from: -1, to: entryNode(routeIndex, lit), route: null };
  const way = bestRoute(routeIndex, head, lit, null);
  if (way !== null) return { move: "step", from: head, to: way.to, route: way };
  if (lit.includes(head)) return { move: "stay", from: head, to: head, route: null };
  return fromAnother(routeIndex, also, lit) ?? restart(routeIndex, head, lit) ?? { move: "jump", from: head, to: nearestAhead(routeIndex, head, lit), route: null };
}

/** The shortest way from `from` to any of `lit`: fewest edges, then the higher probability, then
 * graph order.
 */
function bestRoute(routeIndex: RouteIndex, from: number, lit: readonly number[], sofar: Route | null): Route | null {
  let chosen = sofar;
  for (const node of lit) {
    const way = route(routeIndex, from, node);
    if (way !== null && (chosen === null || shorter(way, chosen))) chosen = way;
  }
  return chosen;
}

function shorter(a: Route, b: Route): boolean {
  if (a.edges.length !== b.edges.length) return a.edges.length < b.edges.length;
  if (a.p !== b.p) return a.p > b.p;
  return a.from === b.from ? a.to < b.to : a.from < b.from;
}

/** The trace's last event lit several nodes, and the way goes on (or stays) from another of them
 * than was chosen.
 */
function fromAnother(routeIndex: RouteIndex, also: readonly number[], lit: readonly number[]): Transition | null {
  let way: Route | null = null;
  for (const other of also) way = bestRoute(routeIndex, other, lit, way);
  if (way !== null) return { move: "step", from: way.from, to: way.to, route: way };
  const same = also.find((other) => lit.includes(other));
  return same === undefined ? null : { move: "stay", from: same, to: same, route: null };
}

/** A trace that has ended and lights a start begins anew: an entry, not a jump. */
function restart(routeIndex: RouteIndex, head: number, lit: readonly number[]): Transition | null {
  if (routeIndex.graph.nodes[head]?.absorbing !== true) return null;
  const start = lit.find((node) => routeIndex.graph.nodes[node]?.start === true);
  return start === undefined ? null : { move: "entry", from: -1, to: start, route: null };
}

function entryNode(routeIndex: RouteIndex, lit: readonly number[]): number {
  return lit.find((node) => routeIndex.graph.nodes[node]?.start === true) ?? lit[0] ?? -1;
}

/** For a jump: the node that the whole graph, events aside, has nearest ahead; then graph order. */
function nearestAhead(routeIndex: RouteIndex, head: number, lit: readonly number[]): number {
  if (lit.length === 1) return lit[0] ?? -1;
  const hops = distances(routeIndex, head);
  const far = (node: number): number => (hops[node] ?? -1) < 0 ? Infinity : hops[node] ?? 0;
  return lit.reduce((chosen, node) => far(node) < far(chosen) ? node : chosen);
}

// Insertion: a visit is appended in time, or inserted with the path derived anew from there on.

const NONE: readonly number[] = [];

/** `forward`: the visit moved the head and is the latest; only then may the picture move. */
export type Insertion = "forward" | "slotted" | "duplicate" | "unplaceable";

/** Inserts a visit into its trace and counts what it changes. */
export function insertVisit(traces: Traces, trace: Trace, visit: Visit): Insertion {
  if (visit.at < trace.horizon) {
    countVisit(traces.counts, traces.jumps, trace, visit, 1);
    return "unplaceable";
  }
  const at = insertionIndex(trace.visits, visit);
  if (at === null) {
    if (visit.order !== Infinity) learnOrder(traces, trace, visit);
    return "duplicate";
  }
  traces.visitCount += 1;
  const before = trace.cursor.head;
  if (visit.lit.length === 0) {
    visit.after = cursorBefore(trace, at);
    trace.visits.splice(at, 0, visit);
    return "slotted";
  }
  const later = trace.visits.slice(at);
  retract(traces, trace, at);
  trace.visits.length = at;
  derive(traces, trace, visit);
  for (const next of later) derive(traces, trace, next);
  moveStanding(traces.counts, before, trace.cursor.head);
  return later.every((next) => next.lit.length === 0) ? "forward" : "slotted";
}

/** A visit without an offset learns it and moves among those of its moment; the path is derived
 * anew from the first that moves.
 */
function learnOrder(traces: Traces, trace: Trace, placed: Visit): void {
  const visit = trace.visits.find((one) => one.id === placed.id && one.at === placed.at);
  if (visit?.order !== Infinity) return;
  visit.order = placed.order;
  const sorted = [...trace.visits].sort(compareVisits);
  const first = sorted.findIndex((one, n) => one !== trace.visits[n]);
  if (first < 0) return;
  const before = trace.cursor.head;
  retract(traces, trace, first);
  trace.visits.length = first;
  for (const next of sorted.slice(first)) derive(traces, trace, next);
  moveStanding(traces.counts, before, trace.cursor.head);
}

/** Removes what the visits from index `from` on have counted for; they stay in the list. The caller
 * calls `moveStanding`.
 */
export function retract(traces: Traces, trace: Trace, from: number): void {
  for (let n = trace.visits.length - 1; n >= from; n -= 1) {
    const visit = trace.visits[n];
    if (visit !== undefined && visit.lit.length > 0) countVisit(traces.counts, traces.jumps, trace, visit, -1);
  }
  trace.cursor = cursorBefore(trace, from);
}

/** Appends a visit at the cursor, and counts it. The caller calls `moveStanding`. */
export function derive(traces: Traces, trace: Trace, visit: Visit): void {
  setMove(traces, trace.cursor, visit);
  trace.visits.push(visit);
  trace.cursor = visit.after;
  if (visit.lit.length > 0) countVisit(traces.counts, traces.jumps, trace, visit, 1);
}

/** Writes into `visit` how it moves a trace from `cursor`. */
function setMove(traces: Traces, cursor: Cursor, visit: Visit): void {
  if (visit.lit.length === 0) {
    visit.after = cursor;
    return;
  }
  const { move, from, to, route } = chooseTransition(traces.routeIndex, cursor, visit.lit);
  const also = visit.lit.length === 1 ? NONE : visit.lit.filter((node) => node !== to);
  const moved = move !== "stay";
  visit.move = move;
  visit.from = from;
  visit.route = route;
  visit.jump = -1;
  visit.gap = Math.max(0, visit.at - cursor.since);
  visit.after = moved || to !== cursor.head || also.length > 0 || cursor.also.length > 0
    ? { head: to, also, since: moved ? visit.at : cursor.since, moves: cursor.moves + (moved ? 1 : 0) }
    : cursor;
}

function cursorBefore(trace: Trace, at: number): Cursor {
  return trace.visits[at - 1]?.after ?? trace.base;
}
