/** Gives an event that stands in a trace another name and other lit nodes, and derives what followed it anew. */
import { stands } from "./counts.ts";
import { derive, retract } from "./path.ts";
import { indicesOf } from "./traces.ts";
import type { TraceEvent, Traces } from "./types.ts";

/** Nothing happens where no trace holds the event, or holds it no more. */
export function relight(traces: Traces, { id, name, nodes, traces: tokens }: Pick<TraceEvent, "id" | "name" | "nodes"> & { readonly traces: TraceEvent["tokens"] }): void {
  for (const { token } of tokens) {
    const trace = traces.tokens.get(token)?.trace;
    // The event is one of the last: looked for from the end.
    let at = (trace?.marks.length ?? 0) - 1;
    while (at >= 0 && trace?.marks[at]?.id !== id) at -= 1;
    const mark = trace?.marks[at];
    if (trace === undefined || mark === undefined) continue;
    const before = trace.stand.head;
    const later = trace.marks.slice(at + 1);
    retract(traces, trace, at);
    trace.marks.length = at;
    derive(traces, trace, { ...mark, name, lit: indicesOf(traces, nodes), move: "unmapped", from: -1, route: null, jump: -1, gap: 0 });
    for (const next of later) derive(traces, trace, next);
    stands(traces.counts, before, trace.stand.head);
    return;
  }
}
