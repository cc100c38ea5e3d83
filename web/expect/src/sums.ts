/** How many traces gave each kind of answer to one expectation, with a few of each by name. */
import type { Trace } from "./engine.ts";
import { HITS, MISSING, OK } from "./facts.ts";
import type { Progress } from "./monitor.ts";

/** Traces of a kind that are held by name, for reports before the end. */
const FEW = 32;

/** Traces that gave one kind of answer. */
export interface Some {
  readonly kind: number;
  count: number;
  readonly few: Set<Trace>;
}

/** What traces said to one expectation: those that meet it, those that should and do not, and those
 * in which events pass (or fail) its condition, with how many events in all. */
export interface Sums {
  readonly ok: Some;
  readonly missing: Some;
  readonly hits: Some;
  events: number;
}

export function createSums(): Sums {
  const none = (kind: number): Some => ({ kind, count: 0, few: new Set() });
  return { ok: none(OK), missing: none(MISSING), hits: none(HITS), events: 0 };
}

/** Moves a trace into or out of those of a kind, by what it counted as before and counts as now. */
export function move(some: Some, trace: Trace, before: number, after: number): void {
  const [was, is] = [(before & some.kind) !== 0, (after & some.kind) !== 0];
  if (was === is) return;
  some.count += is ? 1 : -1;
  if (!is) some.few.delete(trace);
  else if (some.few.size < FEW) some.few.add(trace);
}

/** Holds a few traces of a kind again, after those that were held have changed. */
export function refill({ kind, few }: Some, traces: ReadonlyMap<Trace, Progress>, answer: (progress: Progress) => number): void {
  for (const [trace, progress] of traces) {
    if (few.size >= FEW) return;
    if ((answer(progress) & kind) !== 0) few.add(trace);
  }
}
