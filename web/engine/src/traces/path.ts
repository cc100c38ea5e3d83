/** Derives a trace's path from its marks: appended in time, or slotted in and derived anew from there on. */
import { count, stands } from "./counts.ts";
import { compare, placeOf } from "./order.ts";
import { choose } from "./step.ts";
import type { Mark, Stand, Trace, Traces } from "./types.ts";

const NONE: readonly number[] = [];

/** `forward`: the mark moved the head, and nothing the trace knew was later; only then may the picture move. */
export type Placed = "forward" | "slotted" | "duplicate" | "unplaceable";

/** Puts a mark into its trace and counts what it changes there. */
export function place(traces: Traces, trace: Trace, mark: Mark): Placed {
  if (mark.at < trace.horizon) {
    count(traces.counts, traces.jumps, trace, mark, 1);
    return "unplaceable";
  }
  const at = placeOf(trace.marks, mark);
  if (at === null) {
    if (mark.order !== Infinity) learnOrder(traces, trace, mark);
    return "duplicate";
  }
  traces.marks += 1;
  const before = trace.stand.head;
  if (mark.lit.length === 0) {
    mark.after = standBefore(trace, at);
    trace.marks.splice(at, 0, mark);
    return "slotted";
  }
  const later = trace.marks.slice(at);
  retract(traces, trace, at);
  trace.marks.length = at;
  derive(traces, trace, mark);
  for (const next of later) derive(traces, trace, next);
  stands(traces.counts, before, trace.stand.head);
  return later.every((next) => next.lit.length === 0) ? "forward" : "slotted";
}

/** A mark that no log had placed goes to its place among those of its moment; the path is derived anew from the first that moves. */
function learnOrder(traces: Traces, trace: Trace, told: Mark): void {
  const mark = trace.marks.find((one) => one.id === told.id && one.at === told.at);
  if (mark?.order !== Infinity) return;
  mark.order = told.order;
  const sorted = [...trace.marks].sort(compare);
  const first = sorted.findIndex((one, n) => one !== trace.marks[n]);
  if (first < 0) return;
  const before = trace.stand.head;
  retract(traces, trace, first);
  trace.marks.length = first;
  for (const next of sorted.slice(first)) derive(traces, trace, next);
  stands(traces.counts, before, trace.stand.head);
}

/** Takes back what the marks from index `from` on have counted for; they stay in the list. `stands` is the caller's. */
export function retract(traces: Traces, trace: Trace, from: number): void {
  for (let n = trace.marks.length - 1; n >= from; n -= 1) {
    const mark = trace.marks[n];
    if (mark !== undefined && mark.lit.length > 0) count(traces.counts, traces.jumps, trace, mark, -1);
  }
  trace.stand = standBefore(trace, from);
}

/** Appends a mark where the trace stands, and counts it. `stands` is the caller's. */
export function derive(traces: Traces, trace: Trace, mark: Mark): void {
  settleMove(traces, trace.stand, mark);
  trace.marks.push(mark);
  trace.stand = mark.after;
  if (mark.lit.length > 0) count(traces.counts, traces.jumps, trace, mark, 1);
}

/** Writes into `mark` how it moves a trace that stands at `stand`. */
function settleMove(traces: Traces, stand: Stand, mark: Mark): void {
  if (mark.lit.length === 0) {
    mark.after = stand;
    return;
  }
  const { move, from, to, route } = choose(traces.ways, stand, mark.lit);
  const also = mark.lit.length === 1 ? NONE : mark.lit.filter((node) => node !== to);
  const moved = move !== "stay";
  mark.move = move;
  mark.from = from;
  mark.route = route;
  mark.jump = -1;
  mark.gap = Math.max(0, mark.at - stand.since);
  mark.after = moved || to !== stand.head || also.length > 0 || stand.also.length > 0
    ? { head: to, also, since: moved ? mark.at : stand.since, moves: stand.moves + (moved ? 1 : 0) }
    : stand;
}

function standBefore(trace: Trace, at: number): Stand {
  return trace.marks[at - 1]?.after ?? trace.base;
}
