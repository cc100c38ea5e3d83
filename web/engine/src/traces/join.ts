/** Joins two traces into one and, undone, makes them two again; what they count for is derived anew, never doubled. */
import { stands } from "./counts.ts";
import { keepIn, remove, revive, settle, trim } from "./evict.ts";
import { merged } from "./order.ts";
import { derive, retract } from "./path.ts";
import { createTrace } from "./trace.ts";
import type { Holder, Join, Mark, Stand, Trace, TraceEvent, Traces } from "./types.ts";

/** Whether no bound and no undone join forbids it. */
export function mayMerge(traces: Traces, a: Trace, b: Trace): boolean {
  if (a.tokens.length + b.tokens.length > traces.bounds.identifiers) return false;
  return !a.tokens.some((holder) => holder.apart?.some((other) => other.trace === b) === true);
}

/** One trace of the two that `a` and `b` belong to: the followed one, else the one with more marks, else the older goes on. */
export function merge(traces: Traces, a: Holder, b: Holder): void {
  const [kept, gone] = goesOn(a.trace, b.trace) ? [a.trace, b.trace] : [b.trace, a.trace];
  for (const trace of [kept, gone]) {
    if (trace.tally === null) revive(traces, trace);
    stands(traces.counts, trace.stand.head, -1);
  }
  const horizon = Math.max(kept.horizon, gone.horizon);
  for (const trace of [kept, gone]) {
    settle(traces, trace, trace.marks.findIndex((mark) => mark.at >= horizon));
    retract(traces, trace, 0);
  }
  mergeTallies(traces, kept, gone);
  kept.base = laterBase(kept, gone);
  kept.horizon = horizon;
  kept.links.push(...gone.links, { a, b });
  for (const holder of gone.tokens) holder.trace = kept;
  kept.tokens.push(...gone.tokens);
  if (kept.events > 0 && gone.events > 0) traces.total.traces -= 1;
  kept.events += gone.events;
  kept.dropped += gone.dropped;
  kept.held += gone.held;
  kept.firstAt = Math.min(kept.firstAt, gone.firstAt);
  kept.seenAt = Math.max(kept.seenAt, gone.seenAt);
  kept.partial ||= gone.partial;
  const marks = merged(kept.marks, gone.marks);
  traces.marks += marks.length - kept.marks.length - gone.marks.length;
  remove(traces, gone);
  rebuild(traces, kept, marks);
  trim(traces, kept);
}

/** Keeps the join visible; beyond the bound the oldest can no longer be undone. */
export function recordJoin(traces: Traces, event: TraceEvent, a: Holder, b: Holder, learnt: boolean): void {
  const why = event.type === "identify" || event.type === "alias" ? event.type : a.kind === b.kind ? "rotation" : "event";
  traces.total.joins += 1;
  const id = traces.total.joins;
  traces.joins.set(id, { id, at: event.occurredAt, event: event.id, why, learnt, a, b, undone: false });
  if (traces.joins.size <= traces.bounds.joins) return;
  for (const oldest of traces.joins.keys()) {
    traces.joins.delete(oldest);
    return;
  }
}

/** Makes the two sides of a join two traces again, each event with the side of its first identifier, and keeps them apart from then on.
 * False where it cannot be: unknown, undone already, or forgotten since. */
export function undoJoin(traces: Traces, id: number): boolean {
  const join = traces.joins.get(id);
  if (join === undefined || join.undone || !known(traces, join) || join.a.trace !== join.b.trace) return false;
  const trace = join.a.trace;
  const links = trace.links.filter((link) => link.a !== join.a || link.b !== join.b);
  const side = sideOf(join.b, links);
  if (links.length === trace.links.length || side.has(join.a)) return false;
  join.undone = true;
  (join.a.apart ??= []).push(join.b);
  (join.b.apart ??= []).push(join.a);
  split(traces, trace, links, side.has(trace.tokens[0] ?? join.a) ? others(trace, side) : side);
  return true;
}

/** Joins again what was undone; false where it cannot be. */
export function redoJoin(traces: Traces, id: number): boolean {
  const join = traces.joins.get(id);
  if (join?.undone !== true || !known(traces, join)) return false;
  join.a.apart = join.a.apart?.filter((other) => other !== join.b) ?? null;
  join.b.apart = join.b.apart?.filter((other) => other !== join.a) ?? null;
  join.undone = false;
  if (join.a.trace !== join.b.trace && mayMerge(traces, join.a.trace, join.b.trace)) merge(traces, join.a, join.b);
  return true;
}

function known(traces: Traces, join: Join): boolean {
  return traces.tokens.get(join.a.token) === join.a && traces.tokens.get(join.b.token) === join.b;
}

/** The holders that hang together with `from` over `links`. */
function sideOf(from: Holder, links: readonly { readonly a: Holder; readonly b: Holder }[]): Set<Holder> {
  const side = new Set([from]);
  for (const holder of side) {
    for (const link of links) {
      if (link.a === holder) side.add(link.b);
      else if (link.b === holder) side.add(link.a);
    }
  }
  return side;
}

function others(trace: Trace, side: ReadonlySet<Holder>): Set<Holder> {
  return new Set(trace.tokens.filter((holder) => !side.has(holder)));
}

/** Moves `side` out of the trace; what was settled before stays with the trace's first identifier. */
function split(traces: Traces, trace: Trace, links: Trace["links"], side: ReadonlySet<Holder>): void {
  if (trace.tally === null) revive(traces, trace);
  stands(traces.counts, trace.stand.head, -1);
  retract(traces, trace, 0);
  const apart = createTrace(traces, trace.firstAt);
  apart.tokens = trace.tokens.filter((holder) => side.has(holder));
  apart.links = links.filter((link) => side.has(link.a));
  apart.seenAt = trace.seenAt;
  apart.partial = trace.partial;
  trace.tokens = trace.tokens.filter((holder) => !side.has(holder));
  trace.links = links.filter((link) => !side.has(link.a));
  for (const holder of apart.tokens) holder.trace = apart;
  for (const half of [trace, apart]) half.held = half.tokens.filter((holder) => traces.held.has(holder.token)).length;
  const moved = trace.marks.filter((mark) => side.has(mark.owner));
  apart.events = moved.length;
  apart.firstAt = moved[0]?.at ?? trace.firstAt;
  trace.events -= moved.length;
  rebuild(traces, trace, trace.marks.filter((mark) => !side.has(mark.owner)));
  rebuild(traces, apart, moved);
  if (trace.horizon === -Infinity) trace.firstAt = trace.marks[0]?.at ?? trace.firstAt;
  if (trace.events > 0 && apart.events > 0) traces.total.traces += 1;
}

/** Derives a trace from `marks`, from its base on, and puts it where it belongs. */
export function rebuild(traces: Traces, trace: Trace, marks: readonly Mark[]): void {
  trace.marks = [];
  trace.stand = trace.base;
  for (const mark of marks) derive(traces, trace, mark);
  stands(traces.counts, -1, trace.stand.head);
  keepIn(traces, trace);
}

function goesOn(a: Trace, b: Trace): boolean {
  if ((a.held > 0) !== (b.held > 0)) return a.held > 0;
  if (a.marks.length !== b.marks.length) return a.marks.length > b.marks.length;
  return a.seq < b.seq;
}

/** Where the joined trace stood before what is kept: where the one stood that was let go of last, if it stood anywhere. */
function laterBase(kept: Trace, gone: Trace): Stand {
  const [late, early] = gone.horizon > kept.horizon ? [gone.base, kept.base] : [kept.base, gone.base];
  return { ...(late.head >= 0 ? late : early), moves: late.moves + early.moves };
}

function mergeTallies(traces: Traces, kept: Trace, gone: Trace): void {
  const own = kept.tally ?? new Map<number, number>();
  for (const [key, times] of gone.tally ?? []) {
    const before = own.get(key);
    const cell = traces.counts.cells.get(key);
    if (before !== undefined && cell !== undefined) cell.traces -= 1;
    own.set(key, (before ?? 0) + times);
  }
  kept.tally = own;
}
