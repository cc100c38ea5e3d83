/** Events that decide an expectation: how many, and the first few by time. */
import type { Kept } from "./run.ts";

/** Events told of one expectation. */
export const TOLD = 5;

/** The tally of an event-wise condition: how many events passed (or failed), and the first few. */
export interface Tally {
  n: number;
  first: Kept[];
}

export function gather(tally: Tally | undefined, event: Kept): void {
  if (tally === undefined) return;
  tally.n += 1;
  const last = tally.first.at(-1);
  if (tally.first.length === TOLD && last !== undefined && byTime(last, event) <= 0) return;
  tally.first = [...tally.first, event].sort(byTime).slice(0, TOLD);
}

export function byTime(a: Kept, b: Kept): number {
  return a.occurredAt - b.occurredAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
