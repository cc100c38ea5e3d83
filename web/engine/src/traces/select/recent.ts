/** The list of traces: the followed ones, then the most recently active. */
import type { Token } from "../../wire.gen.ts";
import { lateness } from "../order.ts";
import type { Trace, Traces } from "../types.ts";
import { endedAt, nameOf, tokenOf, uuidOf } from "./rows.ts";

/** Dots shown of a trace. */
const DOTS = 12;

export type Dot = "node" | "unmapped" | "late";

/** `events` since On; `at` is the node it stands at; `kept` is false where its steps have been evicted. Times are milliseconds since 1970. */
export interface TraceRow {
  readonly token: string;
  readonly kind: string;
  readonly tokens: readonly Token[];
  readonly events: number;
  readonly dots: readonly Dot[];
  readonly lastName: string;
  readonly lastAt: number;
  readonly seenAt: number;
  readonly firstAt: number;
  readonly at: string | null;
  readonly label: string;
  readonly ended: string | null;
  readonly partial: boolean;
  readonly kept: boolean;
  readonly hue: number | null;
}

/** At most `count` rows; `search` words must each be part of an identifier, its kind, the last event, the place or the end. A whole token finds evicted traces too. */
export function recent(traces: Traces, count: number, search = ""): readonly TraceRow[] {
  const words = search.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const rows: TraceRow[] = [];
  const stub = traces.tokens.get(search.trim())?.trace;
  if (stub?.tally === null) rows.push(rowOf(traces, stub));
  for (const trace of [...[...traces.heldTraces].reverse(), ...[...traces.live].reverse()]) {
    if (rows.length >= count) break;
    if (trace.events > 0 && matches(traces, trace, words)) rows.push(rowOf(traces, trace));
  }
  return rows;
}

/** One trace's row, by any of its tokens; null where it is unknown. */
export function traceRow(traces: Traces, token: string): TraceRow | null {
  const trace = traces.tokens.get(token)?.trace;
  return trace === undefined ? null : rowOf(traces, trace);
}

/** How many traces there are: `seen` distinct since On, `kept` with their steps. One that an undone join left without an event is none. */
export function traceTotals(traces: Traces): { readonly seen: number; readonly kept: number; readonly exact: boolean; readonly joins: number; readonly refused: number } {
  const { total } = traces;
  return { seen: total.traces, kept: withEvents(traces.live) + withEvents(traces.heldTraces), exact: total.forgotten === 0, joins: total.joins, refused: total.refused };
}

function withEvents(some: ReadonlySet<Trace>): number {
  let count = 0;
  for (const trace of some) if (trace.events > 0) count += 1;
  return count;
}

function rowOf(traces: Traces, trace: Trace): TraceRow {
  const holder = nameOf(traces, trace);
  const last = trace.marks.at(-1);
  const head = trace.stand.head;
  return {
    token: holder?.token ?? "", kind: holder?.kind ?? "", tokens: trace.tokens.map(tokenOf), events: trace.events, dots: dots(trace),
    lastName: last?.name ?? "", lastAt: last?.at ?? trace.horizon, seenAt: trace.seenAt, firstAt: trace.firstAt,
    at: uuidOf(traces, head), label: traces.ways.graph.nodes[head]?.label ?? "", ended: endedAt(traces, head), partial: trace.partial,
    kept: trace.tally !== null, hue: trace.held > 0 ? traces.held.get(holder?.token ?? "") ?? null : null,
  };
}

function dots(trace: Trace): Dot[] {
  const late = lateness(trace.marks);
  const from = Math.max(0, trace.marks.length - DOTS);
  return trace.marks.slice(from).map((mark, n) => late[from + n] === true ? "late" : mark.lit.length > 0 ? "node" : "unmapped");
}

function matches(traces: Traces, trace: Trace, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const head = trace.stand.head;
  const text = [
    ...trace.tokens.map((holder) => `${holder.kind} ${holder.token}`), trace.marks.at(-1)?.name ?? "",
    traces.ways.graph.nodes[head]?.label ?? "", endedAt(traces, head) ?? "",
  ].join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}
