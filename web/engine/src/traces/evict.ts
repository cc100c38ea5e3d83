/** Keeps traces within their bounds: the quiet ones lose their marks first, then are forgotten; followed ones stay. Counts stay always. */
import { stands } from "./counts.ts";
import type { Trace, Traces } from "./types.ts";

/** Share of a trace's marks that goes at once when it has too many, so that the work is rare. */
const SHED = 4;

/** Puts a trace with marks where it belongs, as the most recently active one. */
export function keepIn(traces: Traces, trace: Trace): void {
  traces.live.delete(trace);
  traces.stubs.delete(trace);
  if (trace.held > 0) {
    traces.heldTraces.add(trace);
    return;
  }
  traces.heldTraces.delete(trace);
  traces.live.add(trace);
}

/** Takes a trace out of all lists; its tokens are the caller's. */
export function remove(traces: Traces, trace: Trace): void {
  traces.live.delete(trace);
  traces.stubs.delete(trace);
  traces.heldTraces.delete(trace);
}

/** Evicts until every bound holds. */
export function evict(traces: Traces): void {
  const { bounds } = traces;
  while (traces.live.size + traces.heldTraces.size > bounds.traces || traces.marks > bounds.marks) {
    const quiet = traces.live.values().next().value;
    if (quiet === undefined) break;
    stub(traces, quiet);
  }
  while (traces.stubs.size > bounds.stubs) {
    const oldest = traces.stubs.values().next().value;
    if (oldest === undefined) break;
    if (oldest.events > 0) traces.total.forgotten += 1;
    forgetTrace(traces, oldest);
  }
}

/** Makes room in a trace that has too many marks: the oldest unmapped ones, where they are the majority, else the oldest. */
export function trim(traces: Traces, trace: Trace): void {
  const limit = traces.bounds.steps;
  if (trace.marks.length <= limit) return;
  const least = trace.marks.length - limit + Math.floor(limit / SHED);
  const unmapped = trace.marks.reduce((sum, mark) => sum + (mark.lit.length === 0 ? 1 : 0), 0);
  if (unmapped < Math.max(least, trace.marks.length / 2)) {
    settle(traces, trace, least);
    return;
  }
  let left = least;
  trace.marks = trace.marks.filter((mark) => mark.lit.length > 0 || (left -= 1) < 0);
  trace.dropped += least;
  traces.marks -= least;
}

/** Lets go of a trace's first `many` marks (all, where negative): what they counted for stays, and nothing is placed before them any more. */
export function settle(traces: Traces, trace: Trace, many: number): void {
  const gone = trace.marks.splice(0, many < 0 ? trace.marks.length : many);
  const last = gone.at(-1);
  if (last === undefined) return;
  trace.base = last.after;
  trace.horizon = last.at;
  trace.dropped += gone.length;
  traces.marks -= gone.length;
  forgetJumps(traces, trace);
}

/** A stub gets marks again. */
export function revive(traces: Traces, trace: Trace): void {
  trace.tally = new Map(trace.keys.map((key) => [key, 1]));
  trace.keys = [];
  keepIn(traces, trace);
}

/** Forgets a trace with its tokens. What it counted for stays; it no longer stands anywhere that can be told, but is still counted there. */
export function forgetTrace(traces: Traces, trace: Trace): void {
  traces.marks -= trace.marks.length;
  trace.marks = [];
  trace.keys = [];
  trace.links = [];
  remove(traces, trace);
  for (const holder of trace.tokens) {
    if (traces.tokens.get(holder.token) === holder) traces.tokens.delete(holder.token);
    holder.apart = null;
  }
}

/** People asked to be deleted: their traces and the joins that name them go; what was counted is no longer theirs and stays. */
export function forget(traces: Traces, tokens: readonly string[]): void {
  for (const token of tokens) {
    const trace = traces.tokens.get(token)?.trace;
    traces.held.delete(token);
    if (trace === undefined) continue;
    for (const holder of trace.tokens) traces.held.delete(holder.token);
    for (const [id, join] of traces.joins) if (trace.tokens.includes(join.a) || trace.tokens.includes(join.b)) traces.joins.delete(id);
    stands(traces.counts, trace.stand.head, -1);
    forgetTrace(traces, trace);
  }
}

function stub(traces: Traces, trace: Trace): void {
  settle(traces, trace, -1);
  trace.keys = [...trace.tally?.keys() ?? []];
  trace.tally = null;
  traces.live.delete(trace);
  traces.stubs.add(trace);
  traces.total.evicted += 1;
}

/** Tallies of jumps that the table has let go would only gather. */
function forgetJumps(traces: Traces, trace: Trace): void {
  const first = traces.counts.nodes + traces.counts.edges;
  for (const key of trace.tally?.keys() ?? []) if (key >= first && !traces.jumps.byId.has(key - first)) trace.tally?.delete(key);
}
