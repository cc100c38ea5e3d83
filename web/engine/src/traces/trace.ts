/** One trace as it begins: nowhere, without marks. */
import type { Stand, Trace, Traces } from "./types.ts";

/** Where a trace is before its first event. */
export const NOWHERE: Stand = { head: -1, also: [], since: 0, moves: 0 };

/** A trace that is in none of the lists yet. */
export function createTrace(traces: Traces, firstAt: number): Trace {
  traces.sequence += 1;
  return {
    seq: traces.sequence, held: 0, tokens: [], links: [], marks: [], tally: new Map(), keys: [], base: NOWHERE, horizon: -Infinity,
    stand: NOWHERE, events: 0, dropped: 0, firstAt, seenAt: 0, partial: false,
  };
}
