/** The order of marks in a trace: by corrected time of occurrence, then arrival, then message id; and what that order says about lateness. */
import type { Mark } from "./types.ts";

/** What decides a mark's place. */
export type Place = Pick<Mark, "at" | "arrived" | "id">;

/** Negative where `a` comes first; 0 only for the same message. */
export function compare(a: Place, b: Place): number {
  if (a.at !== b.at) return a.at - b.at;
  if (a.arrived !== b.arrived) return a.arrived - b.arrived;
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
  return repeated(marks, mark, low) ? null : low;
}

/** The same message can only stand among marks of the same millisecond. */
function repeated(marks: readonly Mark[], mark: Place, near: number): boolean {
  for (let n = near; marks[n]?.at === mark.at; n += 1) if (marks[n]?.id === mark.id) return true;
  for (let n = near - 1; marks[n]?.at === mark.at; n -= 1) if (marks[n]?.id === mark.id) return true;
  return false;
}

/** Two ordered lists as one, each message once. */
export function merged(a: readonly Mark[], b: readonly Mark[]): Mark[] {
  const all: Mark[] = [];
  let [m, n] = [0, 0];
  for (;;) {
    const left = a[m];
    const right = b[n];
    if (left === undefined || right === undefined) return all.concat(a.slice(m), b.slice(n));
    const order = compare(left, right);
    if (order <= 0) m += 1;
    if (order >= 0) n += 1;
    all.push(order <= 0 ? left : right);
  }
}

/** Per mark: it arrived after one that occurred later, or its sender said so. */
export function lateness(marks: readonly Mark[]): boolean[] {
  const late: boolean[] = [];
  let soonest = Infinity;
  for (let n = marks.length - 1; n >= 0; n -= 1) {
    const mark = marks[n];
    if (mark === undefined) continue;
    late[n] = mark.late || mark.arrived > soonest;
    soonest = Math.min(soonest, mark.arrived);
  }
  return late;
}

/** Whether a mark shares its millisecond with a neighbour, so that their order is a guess. */
export function ambiguous(marks: readonly Mark[], n: number): boolean {
  const at = marks[n]?.at;
  return at !== undefined && (marks[n - 1]?.at === at || marks[n + 1]?.at === at);
}
