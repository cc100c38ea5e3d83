/** Identity of traces: found by identifiers, joined, and separated again. */
import type { Token } from "../wire.gen.ts";
import { createTrace, type Cursor, type IdentifierNode, type Join, moveStanding, type Trace, type TraceEvent, type Traces, type Visit } from "./model.ts";
import { derive, mergeVisits, retract } from "./path.ts";
import { markActive, remove, revive, settleVisits, trim } from "./retention.ts";

// Joining and separating: what traces count for is derived anew, never doubled.

/** Whether no bound and no undone join forbids it. */
export function mayMerge(traces: Traces, a: Trace, b: Trace): boolean {
  if (a.tokens.length + b.tokens.length > traces.bounds.identifiers) return false;
  return !a.tokens.some((identifier) => identifier.apart?.some((other) => other.trace === b) === true);
}

/** One trace of the two that `a` and `b` belong to: the followed one, else the one with more marks,
 * else the older goes on.
 */
export function merge(traces: Traces, a: IdentifierNode, b: IdentifierNode): void {
  const [survivor, gone] = survives(a.trace, b.trace) ? [a.trace, b.trace] : [b.trace, a.trace];
  for (const trace of [survivor, gone]) {
    if (trace.tally === null) revive(traces, trace);
    moveStanding(traces.counts, trace.cursor.head, -1);
  }
  const horizon = Math.max(survivor.horizon, gone.horizon);
  for (const trace of [survivor, gone]) {
    settleVisits(traces, trace, trace.visits.findIndex((visit) => visit.at >= horizon));
    retract(traces, trace, 0);
  }
  mergeTallies(traces, survivor, gone);
  survivor.base = laterBase(survivor, gone);
  survivor.horizon = horizon;
  survivor.links.push(...gone.links, { a, b });
  for (const identifier of gone.tokens) identifier.trace = survivor;
  survivor.tokens.push(...gone.tokens);
  if (survivor.events > 0 && gone.events > 0) traces.total.traces -= 1;
  survivor.events += gone.events;
  survivor.dropped += gone.dropped;
  survivor.followedCount += gone.followedCount;
  survivor.firstAt = Math.min(survivor.firstAt, gone.firstAt);
  survivor.seenAt = Math.max(survivor.seenAt, gone.seenAt);
  survivor.partial ||= gone.partial;
  const visits = mergeVisits(survivor.visits, gone.visits);
  traces.visitCount += visits.length - survivor.visits.length - gone.visits.length;
  remove(traces, gone);
  rebuild(traces, survivor, visits);
  trim(traces, survivor);
}

/** Keeps the join visible; beyond the bound the oldest can no longer be undone. */
export function recordJoin(traces: Traces, event: TraceEvent, a: IdentifierNode, b: IdentifierNode, learnt: boolean): void {
  const why = event.type === "identify" || event.type === "alias" ? event.type : a.kind === b.kind ? "rotation" : "event";
  traces.total.joins += 1;
  const id = traces.total.joins;
  traces.joins.set(id, { id, at: event.occurredAt, event: event.id, why, learnt, a, b, undone: false });
  if (traces.joins.size <= traces.bounds.joins) return;
  for (const oldest of traces.joins.keys()) {
    traces.joins.delete(oldest);
    return;
  }
}

/** Undoes a join: each event goes with the side of its first identifier, and the sides stay apart
 * from then on. False if the join is unknown, undone already, or forgotten since.
 */
export function undoJoin(traces: Traces, id: number): boolean {
  const join = traces.joins.get(id);
  if (join === undefined || join.undone || !isCurrent(traces, join) || join.a.trace !== join.b.trace) return false;
  const trace = join.a.trace;
  const links = trace.links.filter((link) => link.a !== join.a || link.b !== join.b);
  const side = sideOf(join.b, links);
  if (links.length === trace.links.length || side.has(join.a)) return false;
  join.undone = true;
  (join.a.apart ??= []).push(join.b);
  (join.b.apart ??= []).push(join.a);
  split(traces, trace, links, side.has(trace.tokens[0] ?? join.a) ? others(trace, side) : side);
  return true;
}

/** Redoes an undone join; false if that is not possible. */
export function redoJoin(traces: Traces, id: number): boolean {
  const join = traces.joins.get(id);
  if (join?.undone !== true || !isCurrent(traces, join)) return false;
  join.a.apart = join.a.apart?.filter((other) => other !== join.b) ?? null;
  join.b.apart = join.b.apart?.filter((other) => other !== join.a) ?? null;
  join.undone = false;
  if (join.a.trace !== join.b.trace && mayMerge(traces, join.a.trace, join.b.trace)) merge(traces, join.a, join.b);
  return true;
}

function isCurrent(traces: Traces, join: Join): boolean {
  return traces.tokens.get(join.a.token) === join.a && traces.tokens.get(join.b.token) === join.b;
}

/** The identifiers connected to `from` by `links`. */
function sideOf(from: IdentifierNode, links: readonly { readonly a: IdentifierNode; readonly b: IdentifierNode }[]): Set<IdentifierNode> {
  const side = new Set([from]);
  for (const identifier of side) {
    for (const link of links) {
      if (link.a === identifier) side.add(link.b);
      else if (link.b === identifier) side.add(link.a);
    }
  }
  return side;
}

function others(trace: Trace, side: ReadonlySet<IdentifierNode>): Set<IdentifierNode> {
  return new Set(trace.tokens.filter((identifier) => !side.has(identifier)));
}

/** Moves `side` out of the trace; what was settled before stays with the trace's first identifier.
 */
function split(traces: Traces, trace: Trace, links: Trace["links"], side: ReadonlySet<IdentifierNode>): void {
  if (trace.tally === null) revive(traces, trace);
  moveStanding(traces.counts, trace.cursor.head, -1);
  retract(traces, trace, 0);
  const apart = createTrace(traces, trace.firstAt);
  apart.tokens = trace.tokens.filter((identifier) => side.has(identifier));
  apart.links = links.filter((link) => side.has(link.a));
  apart.seenAt = trace.seenAt;
  apart.partial = trace.partial;
  trace.tokens = trace.tokens.filter((identifier) => !side.has(identifier));
  trace.links = links.filter((link) => !side.has(link.a));
  for (const identifier of apart.tokens) identifier.trace = apart;
  for (const half of [trace, apart]) half.followedCount = half.tokens.filter((identifier) => traces.followed.has(identifier.token)).length;
  const moved = trace.visits.filter((visit) => side.has(visit.owner));
  apart.events = moved.length;
  apart.firstAt = moved[0]?.at ?? trace.firstAt;
  trace.events -= moved.length;
  rebuild(traces, trace, trace.visits.filter((visit) => !side.has(visit.owner)));
  rebuild(traces, apart, moved);
  if (trace.horizon === -Infinity) trace.firstAt = trace.visits[0]?.at ?? trace.firstAt;
  if (trace.events > 0 && apart.events > 0) traces.total.traces += 1;
}

/** Derives a trace from `visits`, from its base on, and puts it into the list it belongs to. */
export function rebuild(traces: Traces, trace: Trace, visits: readonly Visit[]): void {
  trace.visits = [];
  trace.cursor = trace.base;
  for (const visit of visits) derive(traces, trace, visit);
  moveStanding(traces.counts, -1, trace.cursor.head);
  markActive(traces, trace);
}

function survives(a: Trace, b: Trace): boolean {
  if ((a.followedCount > 0) !== (b.followedCount > 0)) return a.followedCount > 0;
  if (a.visits.length !== b.visits.length) return a.visits.length > b.visits.length;
  return a.seq < b.seq;
}

/** Base of the joined trace: that of the trace settled last, if it had a position. */
function laterBase(survivor: Trace, gone: Trace): Cursor {
  const [late, early] = gone.horizon > survivor.horizon ? [gone.base, survivor.base] : [survivor.base, gone.base];
  return { ...(late.head >= 0 ? late : early), moves: late.moves + early.moves };
}

function mergeTallies(traces: Traces, survivor: Trace, gone: Trace): void {
  const own = survivor.tally ?? new Map<number, number>();
  for (const [key, times] of gone.tally ?? []) {
    const before = own.get(key);
    const cell = traces.counts.cells.get(key);
    if (before !== undefined && cell !== undefined) cell.traces -= 1;
    own.set(key, (before ?? 0) + times);
  }
  survivor.tally = own;
}

// Lookup: finds the trace of an event by its identifiers; identifiers of two traces join them.

/** Identifiers read of one event. */
const MAX_TOKENS = 8;

/** The event's first identifier, in the trace that the event belongs to; null without identifiers.
 */
export function findTrace(traces: Traces, event: TraceEvent): IdentifierNode | null {
  const tokens = event.tokens;
  const first = tokens[0];
  if (first === undefined) return null;
  const identifier = traces.tokens.get(first.token);
  if (identifier !== undefined && tokens.every((token) => traces.tokens.get(token.token)?.trace === identifier.trace)) return identifier;
  return joinIdentifiers(traces, event, tokens.slice(0, MAX_TOKENS));
}

/** Brings all the event's identifiers into one trace, as far as bounds and undone joins allow. */
function joinIdentifiers(traces: Traces, event: TraceEvent, tokens: readonly Token[]): IdentifierNode | null {
  const known = tokens.find((token) => traces.tokens.has(token.token));
  const anchor = (known && traces.tokens.get(known.token)) ?? startTrace(traces, event, tokens[0]);
  if (anchor === null) return null;
  for (const token of tokens) {
    const identifier = traces.tokens.get(token.token);
    if (identifier === undefined) addIdentifier(traces, event, anchor, token, known !== undefined);
    else if (identifier.trace !== anchor.trace) joinTraces(traces, event, anchor, identifier);
  }
  const first = tokens[0] && traces.tokens.get(tokens[0].token);
  return first ?? anchor;
}

function startTrace(traces: Traces, event: TraceEvent, token: Token | undefined): IdentifierNode | null {
  if (token === undefined) return null;
  const trace = createTrace(traces, event.occurredAt);
  const identifier: IdentifierNode = { token: token.token, kind: token.kind, trace, apart: null };
  trace.tokens.push(identifier);
  register(traces, identifier);
  markActive(traces, trace);
  return identifier;
}

/** Registers an identifier; a token that is followed makes its trace followed. */
function register(traces: Traces, identifier: IdentifierNode): void {
  traces.tokens.set(identifier.token, identifier);
  if (traces.followed.has(identifier.token)) identifier.trace.followedCount += 1;
}

function addIdentifier(traces: Traces, event: TraceEvent, anchor: IdentifierNode, token: Token, visible: boolean): void {
  const trace = anchor.trace;
  if (trace.tokens.length >= traces.bounds.identifiers) {
    traces.total.refused += 1;
    return;
  }
  const identifier: IdentifierNode = { token: token.token, kind: token.kind, trace, apart: null };
  trace.tokens.push(identifier);
  trace.links.push({ a: anchor, b: identifier });
  register(traces, identifier);
  if (trace.tally === null) revive(traces, trace);
  else markActive(traces, trace);
  if (visible) recordJoin(traces, event, anchor, identifier, true);
}

function joinTraces(traces: Traces, event: TraceEvent, a: IdentifierNode, b: IdentifierNode): void {
  if (!mayMerge(traces, a.trace, b.trace)) {
    traces.total.refused += 1;
    return;
  }
  merge(traces, a, b);
  recordJoin(traces, event, a, b, false);
}
