/** The order of marks in a trace: by corrected time of occurrence, then by place in the log; and what that order says about lateness. */
import type { Mark } from "./types.ts";

/** What decides a mark's place. */
export type Place = Pick<Mark, "at" | "order" | "arrived" | "heard" | "id">;

/** Negative where `a` comes first; 0 only for the same message. Of one moment, marks that no log has placed come last, as they arrived. */
export function compare(a: Place, b: Place): number {
  if (a.at !== b.at) return a.at - b.at;
  if (a.order !== b.order) return a.order < b.order ? -1 : 1;
  if (a.arrived !== b.arrived) return a.arrived - b.arrived;
  if (a.heard !== b.heard) return a.heard - b.heard;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** Where a mark belongs; null if the message is there already. */
export function placeOf(marks: readonly Mark[], mark: Place): number | null {
  let low = 0;
  let high = marks.length;
  const last = marks[high - 1];
  if (last === undefined || last.at < mark.at) return high;
  while (low < high) {
    const middle = (low + high) >> 1;
    const there = marks[middle];
    if (there !== undefined && compare(there, mark) < 0) low = middle + 1;
    else high = middle;
  }
  return known(marks, mark, low) === null ? low : null;
}

/** The mark of the same message; null if there is none. It can only stand among marks of the same moment, `near` which a place is known. */
export function known(marks: readonly Mark[], mark: Place, near: number): Mark | null {
  for (let n = near; marks[n]?.at === mark.at; n += 1) if (marks[n]?.id === mark.id) return marks[n] ?? null;
  for (let n = near - 1; marks[n]?.at === mark.at; n -= 1) if (marks[n]?.id === mark.id) return marks[n] ?? null;
  return null;
}

/** Two ordered lists as one, each message once. */
export function merged(a: readonly Mark[], b: readonly Mark[]): Mark[] {
  const all: Mark[] = [];
  let [m, n] = [0, 0];
  for (;;) {
    const left = a[m];
    const right = b[n];
    const next = left === undefined || (right !== undefined && compare(right, left) < 0) ? right : left;
    if (next === undefined) return all;
    if (next === left) m += 1;
    else n += 1;
    if (known(all, next, all.length) === null) all.push(next);
  }
}

/** Per mark: it arrived after one that occurred later, or its sender said so. */
export function lateness(marks: readonly Mark[]): boolean[] {
  const late: boolean[] = [];
  let [soonest, ofMoment, moment] = [Infinity, Infinity, Infinity];
  for (let n = marks.length - 1; n >= 0; n -= 1) {
    const mark = marks[n];
    if (mark === undefined) continue;
    if (mark.at !== moment) [soonest, ofMoment, moment] = [Math.min(soonest, ofMoment), Infinity, mark.at];
    late[n] = mark.late || mark.arrived > soonest;
    ofMoment = Math.min(ofMoment, mark.arrived);
  }
  return late;
}

/** Whether a mark shares its millisecond with a neighbour, so that their order is a guess. */
export function ambiguous(marks: readonly Mark[], n: number): boolean {
  const at = marks[n]?.at;
  return at !== undefined && (marks[n - 1]?.at === at || marks[n + 1]?.at === at);
}
