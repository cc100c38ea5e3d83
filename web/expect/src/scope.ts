/** Scopes: the events of one test, recognised by the identifiers that it was seen with, and their
 * traces.
 *
 * An event belongs to a scope if it carries one of the scope's tokens. Identifiers are followed
 * only across anonymous ids that one page showed beside each other, never across a person's id: two
 * tests may log in as the same user. Each scope has traces of its own, so no trace joins two
 * tests. */
import { advance, createTraces, type Graph, type Trace, type Traces, type Visit } from "./engine.ts";
import { claimants, type Kept, type Run } from "./run.ts";

/** Bounds wide enough that no trace of a test run is cut; one that is cut makes its verdicts
 * inconclusive. */
const BOUNDS = { traces: 200_000, stubs: 1, steps: 100_000, marks: 1_000_000, joins: 1, jumps: 5000, identifiers: 1000, followed: 0 };

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

/** Opens a scope under a name that the run does not have yet. */
export function openScope(run: Run, name: string): Scope {
  const scope = createScope(run.graph, name, run.heard + 1);
  run.scopes.set(name, scope);
  return scope;
}

/** Ends a scope: what comes from now on is not its own, and its events are let go. */
export function closeScope(run: Run, scope: Scope): void {
  scope.until = Math.min(scope.until, run.heard);
  Object.assign(scope, nothing(scope.graph), { stale: false, revision: scope.revision + 1 });
}

/** Adds an identifier's token to a scope; what it did before counts too. */
export function seed(scope: Scope, token: string): void {
  scope.seeds.add(token);
  scope.stale = true;
}

/** Brings every scope that is stale up to date: members first, then events. */
export function refresh(run: Run): void {
  const stale = [...run.scopes.values()].filter((scope) => scope.stale && scope.until === Infinity);
  if (stale.length === 0) return;
  const touched = new Set(stale);
  for (const scope of stale) {
    const before = [...scope.members];
    follow(run, scope);
    for (const token of new Set([...before, ...scope.members])) for (const other of run.claims.get(token) ?? []) touched.add(other);
    for (const token of before) if (!scope.members.has(token)) run.claims.set(token, (run.claims.get(token) ?? []).filter((one) => one !== scope));
    for (const token of scope.members) {
      const known = run.claims.get(token) ?? [];
      if (!known.includes(scope)) run.claims.set(token, [...known, scope]);
    }
  }
  for (const scope of touched) if (scope.until === Infinity) rebuild(run, scope);
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
    if (kept.occurredAt < earliest) scope.firsts.set(node, [kept]);
    else if (kept.occurredAt === earliest) scope.firsts.set(node, [...firsts ?? [], kept]);
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

/** Seeds, and the anonymous ids that one page showed with them; never an id seen as a person's. */
function follow(run: Run, scope: Scope): void {
  scope.members.clear();
  const queue = [...scope.seeds];
  for (const token of queue) {
    if (scope.members.has(token)) continue;
    scope.members.add(token);
    for (const other of run.links.get(token) ?? []) if (!run.people.has(other)) queue.push(other);
  }
}

function rebuild(run: Run, scope: Scope): void {
  Object.assign(scope, nothing(scope.graph), { stale: false, revision: scope.revision + 1 });
  const own = new Set([...scope.members].flatMap((token) => run.byToken.get(token) ?? []));
  for (const kept of [...own].sort((a, b) => a.heard - b.heard)) {
    const claiming = claimants(run, kept);
    if (!claiming.has(scope)) continue;
    if (claiming.size > 1) scope.ambiguous += 1;
    else enter(scope, kept);
  }
}

function nothing(graph: Graph): Pick<Scope, "events" | "byId" | "traces" | "counts" | "firsts" | "litAt" | "touched" | "ambiguous" | "partial"> {
  return { events: [], byId: new Map(), traces: createTraces(graph, BOUNDS), counts: new Map(), firsts: new Map(), litAt: new Map(), touched: [], ambiguous: 0, partial: 0 };
}
