/** Lists of traces and of joins, as the panel shows them. */
import type { Token } from "../../wire.gen.ts";
import { traceName } from "../../traceName.ts";
import { endedAt, type Join, nameOf, tokenOf, type Trace, type Traces, uuidOf } from "../model.ts";
import { lateness } from "../path.ts";

// Traces: the followed ones, then the most recently active.

/** Dots shown of a trace. */
const DOTS = 12;

/** How an event of a trace is drawn in the list. */
export type Dot = "node" | "unmapped" | "late";

/** `events` since On; `at` is the node it stands at; `retained` is false if its steps have been
 * evicted. Times are milliseconds since 1970.
 */
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
  readonly retained: boolean;
  readonly hue: number | null;
}

/** What a list of traces is narrowed to: those that ended in success, that ended otherwise, with an
 * event that lit nothing, with an unexpected step.
 */
export type TraceKind = "all" | "converted" | "lost" | "unmapped" | "unexpected";

/** At most `count` rows of a kind; `search` words must each be part of what a row says: an
 * identifier, its kind, its label or the trace's name, the last event, the place, how it stands
 * there. A whole token finds evicted traces too.
 */
export function recent(traces: Traces, count: number, search = "", labelOf?: (token: string) => string, only: TraceKind = "all"): readonly TraceRow[] {
  const words = search.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const rows: TraceRow[] = [];
  const stub = traces.tokens.get(search.trim())?.trace;
  if (stub?.tally === null && only === "all") rows.push(rowOf(traces, stub));
  for (const trace of [...[...traces.followedTraces].reverse(), ...[...traces.live].reverse()]) {
    if (rows.length >= count) break;
    if (trace.events > 0 && isOfKind(traces, trace, only) && matches(traces, trace, words, labelOf)) rows.push(rowOf(traces, trace));
  }
  return rows;
}

function isOfKind(traces: Traces, trace: Trace, only: TraceKind): boolean {
  switch (only) {
    case "all": return true;
    case "converted": return endedAt(traces, trace.cursor.head) === "success";
    case "lost": return (endedAt(traces, trace.cursor.head) ?? "success") !== "success";
    case "unmapped": return trace.visits.some((visit) => visit.lit.length === 0);
    case "unexpected": return trace.visits.some((visit) => visit.move === "jump");
  }
}

/** One trace's row, by any of its tokens; null if it is unknown. */
export function traceRow(traces: Traces, token: string): TraceRow | null {
  const trace = traces.tokens.get(token)?.trace;
  return trace === undefined ? null : rowOf(traces, trace);
}

/** Number of traces: `seen` distinct since On, `retained` with their steps. One that an undone join
 * left without an event is not counted.
 */
export function traceTotals(traces: Traces): { readonly seen: number; readonly retained: number; readonly exact: boolean; readonly joins: number; readonly refused: number } {
  const { total } = traces;
  return { seen: total.traces, retained: withEvents(traces.live) + withEvents(traces.followedTraces), exact: total.forgotten === 0, joins: total.joins, refused: total.refused };
}

function withEvents(some: ReadonlySet<Trace>): number {
  let count = 0;
  for (const trace of some) if (trace.events > 0) count += 1;
  return count;
}

function rowOf(traces: Traces, trace: Trace): TraceRow {
  const identifier = nameOf(traces, trace);
  const last = trace.visits.at(-1);
  const head = trace.cursor.head;
  return {
    token: identifier?.token ?? "", kind: identifier?.kind ?? "", tokens: trace.tokens.map(tokenOf), events: trace.events, dots: dots(trace),
    lastName: last?.name ?? "", lastAt: last?.at ?? trace.horizon, seenAt: trace.seenAt, firstAt: trace.firstAt,
    at: uuidOf(traces, head), label: traces.routeIndex.graph.nodes[head]?.label ?? "", ended: endedAt(traces, head), partial: trace.partial,
    retained: trace.tally !== null, hue: trace.followedCount > 0 ? traces.followed.get(identifier?.token ?? "") ?? null : null,
  };
}

function dots(trace: Trace): Dot[] {
  const late = lateness(trace.visits);
  const from = Math.max(0, trace.visits.length - DOTS);
  return trace.visits.slice(from).map((visit, n) => late[from + n] === true ? "late" : visit.lit.length > 0 ? "node" : "unmapped");
}

function matches(traces: Traces, trace: Trace, words: readonly string[], labelOf?: (token: string) => string): boolean {
  if (words.length === 0) return true;
  const head = trace.cursor.head;
  const text = [
    ...trace.tokens.map((identifier) => `${identifier.kind} ${identifier.token} ${labelOf?.(identifier.token) ?? ""}`), traceName(nameOf(traces, trace)?.token ?? ""), trace.visits.at(-1)?.name ?? "",
    traces.routeIndex.graph.nodes[head]?.label ?? "", endedAt(traces, head) ?? "", ...said(traces, trace),
  ].join(" ").toLowerCase();
  return words.every((word) => text.includes(word));
}

/** The words of a row that stand for a fact. */
function said(traces: Traces, trace: Trace): readonly string[] {
  const end = endedAt(traces, trace.cursor.head);
  const stands = end === "success" ? "converted" : end !== null ? "ended lost" : trace.cursor.head < 0 ? "nowhere yet" : "at";
  return [stands, trace.partial ? "partial" : "", isOfKind(traces, trace, "unmapped") ? "unmapped" : "", isOfKind(traces, trace, "unexpected") ? "unexpected" : ""];
}

// Joins, the latest first.

/** `at` is when the event occurred (milliseconds); `learnt`: `b` was not known before, so no two
 * traces were joined.
 */
export interface JoinRow {
  readonly id: number;
  readonly at: number;
  readonly event: string;
  readonly why: Join["why"];
  readonly learnt: boolean;
  readonly a: Token;
  readonly b: Token;
  readonly undone: boolean;
}

/** At most `count` joins; with a token only those of its trace. */
export function joins(traces: Traces, count: number, token: string | null = null): readonly JoinRow[] {
  const trace = token === null ? null : traces.tokens.get(token)?.trace;
  const rows: JoinRow[] = [];
  for (const join of [...traces.joins.values()].reverse()) {
    if (rows.length >= count) break;
    if (trace !== null && join.a.trace !== trace && join.b.trace !== trace) continue;
    const { id, at, event, why, learnt, undone } = join;
    rows.push({ id, at, event, why, learnt, a: tokenOf(join.a), b: tokenOf(join.b), undone });
  }
  return rows;
}
