/** Scopes: the events of one test, recognised by the identifiers that it was seen with, and their
 * traces.
 *
 * An event belongs to a scope if it carries one of the scope's tokens. Identifiers are followed
 * only across anonymous ids that one page showed beside each other, never across a person's id: two
 * tests may log in as the same user. Each scope has traces of its own, so no trace joins two
 * tests. */
import { advance, createTraces, type FrameEvent, type Graph, type NearMiss, type Token, type Trace, type Traces, type Visit } from "./engine.ts";

/** Bounds wide enough that no trace of a test run is cut; one that is cut makes its verdicts
 * inconclusive. */
const BOUNDS = { traces: 200_000, stubs: 1, steps: 100_000, marks: 1_000_000, joins: 1, jumps: 5000, identifiers: 1000, followed: 0 };

/** An event of the run. Times are milliseconds since 1970; `order` is its place in the log,
 * Infinity if no log gave it one; `heard` grows in the order of arrival; `at` is when it was
 * applied here. */
export interface Kept {
  readonly id: string;
  readonly type: FrameEvent["type"];
  readonly name: string;
  readonly at: number;
  readonly occurredAt: number;
  readonly arrivedAt: number;
  readonly order: number;
  readonly heard: number;
  readonly source: string;
  readonly traces: readonly Token[];
  readonly nodes: readonly string[];
  readonly properties: FrameEvent["properties"];
  readonly flags: FrameEvent["flags"];
  /** Nodes it would have lit but for a reason. */
  readonly near: readonly NearMiss[];
}

/** `revision` grows when the scope was made anew from the run: what was derived of it is void.
 * Events that arrived before `since` or after `until` (by number) are not the scope's, even if they
 * carry its tokens. */
export interface Scope {
  readonly name: string;
  readonly since: number;
  until: number;
  readonly graph: Graph;
  readonly seeds: Set<string>;
  /** The seeds, and what was followed from them. */
  readonly members: Set<string>;
  stale: boolean;
  revision: number;
  events: Kept[];
  byId: Map<string, Kept>;
  traces: Traces;
  /** Per node: how many events lit it, and those first by time (several in one millisecond). */
  counts: Map<string, number>;
  firsts: Map<string, readonly Kept[]>;
  /** Grows when another event is among those first. */
  firstChanges: number;
  /** When each node lit first, by the time of its frame. */
  litAt: Map<string, number>;
  /** The trace of each event that has one, in order of arrival: what has changed since. */
  touched: Trace[];
  /** Events that another scope claims as well. */
  ambiguous: number;
  partial: number;
}

export function createScope(graph: Graph, name: string, since = 0): Scope {
  return { name, since, until: Infinity, graph, seeds: new Set(), members: new Set(), stale: false, revision: 0, ...nothing(graph) };
}

/** Adds an identifier's token to a scope; what it did before counts too. */
export function seed(scope: Scope, token: string): void {
  scope.seeds.add(token);
  scope.stale = true;
}

/** Takes an event in. */
export function enter(scope: Scope, kept: Kept): void {
  scope.events.push(kept);
  scope.byId.set(kept.id, kept);
  if (kept.flags.includes("partial")) scope.partial += 1;
  for (const node of kept.nodes) {
    scope.counts.set(node, (scope.counts.get(node) ?? 0) + 1);
    if (!scope.litAt.has(node)) scope.litAt.set(node, kept.at);
    const firsts = scope.firsts.get(node);
    const earliest = firsts?.[0]?.occurredAt ?? Infinity;
    if (kept.occurredAt > earliest) continue;
    scope.firstChanges += 1;
    scope.firsts.set(node, kept.occurredAt < earliest ? [kept] : [...firsts ?? [], kept]);
  }
  const first = kept.traces[0];
  if (first === undefined) return;
  advance(scope.traces, {
    id: kept.id, type: kept.type, name: kept.name, at: kept.at, occurredAt: kept.occurredAt, arrivedAt: kept.arrivedAt, order: kept.order, arrival: kept.heard,
    tokens: kept.traces, nodes: kept.nodes, flags: kept.flags,
  });
  const trace = scope.traces.tokens.get(first.token)?.trace;
  if (trace !== undefined) scope.touched.push(trace);
}

/** Every trace of a scope. */
export function* tracesOf({ traces }: Scope): Generator<Trace> {
  yield* traces.live;
  yield* traces.followedTraces;
}

/** Whether traces lost anything to a bound. */
export function cut({ traces }: Scope): boolean {
  const { evicted, forgotten, refused, unplaceable } = traces.total;
  return evicted + forgotten + refused + unplaceable > 0;
}

/** The event of a visit. */
export function eventOf(scope: Scope, visit: Pick<Visit, "id">): Kept | null {
  return scope.byId.get(visit.id) ?? null;
}

/** What a scope holds before any event. */
export function nothing(graph: Graph): Pick<Scope, "events" | "byId" | "traces" | "counts" | "firsts" | "firstChanges" | "litAt" | "touched" | "ambiguous" | "partial"> {
  return { events: [], byId: new Map(), traces: createTraces(graph, BOUNDS), counts: new Map(), firsts: new Map(), firstChanges: 0, litAt: new Map(), touched: [], ambiguous: 0, partial: 0 };
}
