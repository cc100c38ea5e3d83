/** Events that left the page and never arrived: "I sent it and it is not there". */
import { REMOTE } from "../dedupe.ts";
import { type Row, rowAt } from "../eventBuffer.ts";
import { shownAt } from "../pauseBuffer.ts";
import type { State } from "../state.ts";

/** A local event that failed, never left or never arrived. */
export interface Overdue {
  readonly row: Row;
  /** `failed` and `dropped` never left. `unsent` was called and is not known to have left within
   * the time: the page closed first, or the SDK has not taken it. `lost` left and did not arrive
   * within the time.
   */
  readonly how: "failed" | "dropped" | "unsent" | "lost";
  /** Milliseconds since it left, since it failed, or since it was called. */
  readonly age: number;
}

/** Rows of the local lane that the remote lane has not brought within `within` milliseconds, newest
 * first, at most `most`. Only while the remote lane is on can anything that left be missing.
 */
export function overdue(state: State, at: number, within: number, most = 200): readonly Overdue[] {
  const now = shownAt(state.clock, at);
  const out: Overdue[] = [];
  const { events } = state.accumulation;
  for (let number = events.end - 1; number >= events.start && out.length < most; number--) {
    const row = rowAt(events, number);
    const way = row?.way ?? null;
    if (row === null || way === null || (row.lanes & REMOTE) !== 0) continue;
    if (way.dropped !== undefined) out.push({ row, how: "dropped", age: now - way.dropped });
    else if (way.failed !== undefined && way.delivered === undefined) out.push({ row, how: "failed", age: now - way.failed });
    else if (way.called !== undefined && way.enriched === undefined && way.delivered === undefined && (way.reason !== undefined || now - way.called > within)) out.push({ row, how: "unsent", age: now - way.called });
    else if (way.delivered !== undefined && now - way.delivered > within && state.lanes.includes("remote")) out.push({ row, how: "lost", age: now - way.delivered });
  }
  return out;
}
