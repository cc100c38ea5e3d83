/** Finds the trace of an event by its identifiers; one that carries identifiers of two traces joins them. */
import type { Token } from "../wire.gen.ts";
import { keepIn, revive } from "./evict.ts";
import { merge, mayMerge, recordJoin } from "./join.ts";
import { createTrace } from "./trace.ts";
import type { Holder, TraceEvent, Traces } from "./types.ts";

/** Identifiers of one event that are looked at. */
const TOKENS = 8;

/** The holder of the event's first identifier, in the trace that the event belongs to; null without identifiers. */
export function resolve(traces: Traces, event: TraceEvent): Holder | null {
  const tokens = event.tokens;
  const first = tokens[0];
  if (first === undefined) return null;
  const holder = traces.tokens.get(first.token);
  if (holder !== undefined && tokens.every((token) => traces.tokens.get(token.token)?.trace === holder.trace)) return holder;
  return gather(traces, event, tokens.slice(0, TOKENS));
}

/** Brings all the event's identifiers into one trace, as far as bounds and undone joins allow. */
function gather(traces: Traces, event: TraceEvent, tokens: readonly Token[]): Holder | null {
  const known = tokens.find((token) => traces.tokens.has(token.token));
  const anchor = (known && traces.tokens.get(known.token)) ?? born(traces, event, tokens[0]);
  if (anchor === null) return null;
  for (const token of tokens) {
    const holder = traces.tokens.get(token.token);
    if (holder === undefined) learn(traces, event, anchor, token, known !== undefined);
    else if (holder.trace !== anchor.trace) join(traces, event, anchor, holder);
  }
  const first = tokens[0] && traces.tokens.get(tokens[0].token);
  return first ?? anchor;
}

function born(traces: Traces, event: TraceEvent, token: Token | undefined): Holder | null {
  if (token === undefined) return null;
  const trace = createTrace(traces, event.occurredAt);
  const holder: Holder = { token: token.token, kind: token.kind, trace, apart: null };
  trace.tokens.push(holder);
  adopt(traces, holder);
  keepIn(traces, trace);
  return holder;
}

/** Registers a holder; a token that is being followed makes its trace followed. */
function adopt(traces: Traces, holder: Holder): void {
  traces.tokens.set(holder.token, holder);
  if (traces.held.has(holder.token)) holder.trace.held += 1;
}

function learn(traces: Traces, event: TraceEvent, anchor: Holder, token: Token, visible: boolean): void {
  const trace = anchor.trace;
  if (trace.tokens.length >= traces.bounds.identifiers) {
    traces.total.refused += 1;
    return;
  }
  const holder: Holder = { token: token.token, kind: token.kind, trace, apart: null };
  trace.tokens.push(holder);
  trace.links.push({ a: anchor, b: holder });
  adopt(traces, holder);
  if (trace.tally === null) revive(traces, trace);
  else keepIn(traces, trace);
  if (visible) recordJoin(traces, event, anchor, holder, true);
}

function join(traces: Traces, event: TraceEvent, a: Holder, b: Holder): void {
  if (!mayMerge(traces, a.trace, b.trace)) {
    traces.total.refused += 1;
    return;
  }
  merge(traces, a, b);
  recordJoin(traces, event, a, b, false);
}
