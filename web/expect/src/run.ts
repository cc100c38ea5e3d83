/** A run: everything that came since On, each event once, what is known to be missing of it, and
 * the scopes that keep tests apart. Fed with frames, in any cut and any order, doubled or not. */
import { addCounters, type Batch, type CountersBySource, createTable, type Frame, type Graph, namesFromShown, type NearMiss, nearMisses, setBaseline, type Table, type TapMessage, type Token } from "./engine.ts";
import { createScope, enter, type Kept, nothing, type Scope } from "./scope.ts";

export type { Kept, Scope } from "./scope.ts";

/** Events that a run holds; beyond it they are counted as missed. */
const EVENTS = 1_000_000;
/** Gaps and reasons told one by one. */
const TOLD = 50;
const NONE: readonly NearMiss[] = [];

/** What came since On. */
export interface Run {
  readonly graph: Graph;
  readonly table: Table;
  startedAt: number;
  /** When the last frame that told of events was applied, -Infinity before any. */
  lastAt: number;
  readonly events: Kept[];
  readonly ids: Map<string, Kept | null>;
  /** Frames counted, by where they begin and end. */
  readonly frames: Set<string>;
  /** Per node: events counted by frames that did not carry them. */
  readonly uncarried: Map<string, number>;
  readonly doors: CountersBySource;
  readonly loss: Loss;
  /** Messages that only make an identifier known; they are no events of the run. */
  readonly markers: Set<string>;
  /** The token of each marker that came, "" of one that was taken for no identifier. */
  readonly marked: Map<string, string>;
  readonly whole: Scope;
  readonly scopes: Map<string, Scope>;
  /** Events by each of their tokens, and the scopes that claim a token. */
  readonly byToken: Map<string, Kept[]>;
  readonly claims: Map<string, Scope[]>;
  /** Tokens that one event showed beside each other as identifiers of one page. */
  readonly links: Map<string, Set<string>>;
  /** Tokens that were seen as a person's id. */
  readonly people: Set<string>;
  heard: number;
}

/** What is known to be missing. */
export interface Loss {
  missed: number;
  unknown: number;
  readonly reasons: Set<string>;
  thinned: number;
  sampled: number;
  forgotten: number;
  filtered: number;
  overflow: number;
  graphs: number;
}

/** A run on `graph` from `at` on. */
export function createRun(graph: Graph, at: number): Run {
  return {
    graph, table: createTable(graph.listens), startedAt: at, lastAt: -Infinity, events: [], ids: new Map(), frames: new Set(), uncarried: new Map(), doors: new Map(),
    loss: { missed: 0, unknown: 0, reasons: new Set(), thinned: 0, sampled: 0, forgotten: 0, filtered: 0, overflow: 0, graphs: 0 },
    markers: new Set(), marked: new Map(), whole: createScope(graph, ""), scopes: new Map(), byToken: new Map(), claims: new Map(), links: new Map(), people: new Set(), heard: 0,
  };
}

/** Takes in a frame of `stream` applied at `at`. One that begins and ends where another of its
 * stream did is a repeat. */
export function feed(run: Run, frame: Frame, at: number, stream = ""): void {
  switch (frame.op) {
    case "hello": setBaseline(run.doors, frame.ledger); otherGraph(run, frame.graph_version); break;
    case "beat": addCounters(run.doors, frame.ledger); break;
    case "change": otherGraph(run, frame.graph_version); break;
    case "forget": run.loss.forgotten += 1; break;
    case "gap":
      if (frame.from !== "" && repeats(run, stream, frame.from, frame.to)) break;
      if (frame.missed === null) run.loss.unknown += 1;
      else run.loss.missed += frame.missed;
      if (frame.reason !== "" && run.loss.reasons.size < TOLD) run.loss.reasons.add(frame.reason);
      break;
    case "batch": if (isPast(frame) || !repeats(run, stream, frame.from, frame.position)) batch(run, frame, at); break;
    case "company":
    case "bye": break;
  }
}

/** Takes in what a tap heard: only the first stage of a message is an event. */
export function hear(run: Run, message: TapMessage, at: number): void {
  keep(run, {
    id: message.messageId, type: message.type, name: message.name, at, occurredAt: message.occurredAt, arrivedAt: at, order: Infinity, source: "this browser",
    traces: message.traces, nodes: message.nodes ?? [], properties: message.properties, flags: [],
  });
}

/** Whether anything is known to be missing of the run. */
export function lacks({ loss, uncarried, doors }: Run): boolean {
  const { missed, unknown, thinned, sampled, forgotten, filtered, overflow, graphs } = loss;
  return missed + unknown + thinned + sampled + forgotten + filtered + overflow + graphs + uncarried.size > 0 || refusals(doors).size > 0;
}

/** Deliveries since On that did not come in, by the reason. */
export function refusals(doors: CountersBySource): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  const add = (why: string, n: number): void => { if (n > 0) sums.set(why, (sums.get(why) ?? 0) + n); };
  for (const { since } of doors.values()) {
    for (const [why, n] of Object.entries(since.refused)) add(why, n);
    add("rate_limited", since.rate_limited);
  }
  return sums;
}

function batch(run: Run, frame: Batch, at: number): void {
  const past = isPast(frame);
  const { ledger } = frame;
  const carried = new Map<string, number>();
  for (const event of frame.events) {
    for (const node of event.nodes) carried.set(node, (carried.get(node) ?? 0) + 1);
    const arrivedAt = Date.parse(event.arrived_at);
    if (past && arrivedAt < run.startedAt) continue;
    keep(run, {
      id: event.id, type: event.type, name: event.name, at, occurredAt: Date.parse(event.occurred_at), arrivedAt, order: event.offset ?? Infinity, source: event.source,
      traces: event.traces, nodes: event.nodes, properties: event.properties, flags: event.flags,
    });
  }
  if (past) return;
  if (ledger.offered > 0) run.lastAt = Math.max(run.lastAt, at);
  for (const [node, n] of Object.entries(frame.counts)) {
    const missing = n - (carried.get(node) ?? 0);
    if (missing > 0) run.uncarried.set(node, (run.uncarried.get(node) ?? 0) + missing);
  }
  run.loss.missed += ledger.missed;
  run.loss.thinned += ledger.thinned;
  run.loss.sampled += ledger.sampled_out;
  run.loss.forgotten += ledger.forgotten;
  run.loss.filtered += ledger.filtered;
}

/** Keeps an event that is not known yet. A marker teaches its token and is no event. */
function keep(run: Run, event: Omit<Kept, "heard" | "near">): void {
  const first = event.traces[0];
  if (run.markers.has(event.id)) {
    run.marked.set(event.id, first?.token ?? "");
    return;
  }
  if (run.ids.has(event.id)) return;
  if (run.events.length >= EVENTS) { run.loss.overflow += 1; return; }
  run.heard += 1;
  const { id, type, name, at, occurredAt, arrivedAt, order, source, traces, nodes, properties, flags } = event;
  const near = nodes.length > 0 ? NONE : nearMisses(run.table, namesFromShown(type, name), properties, null);
  const kept: Kept = { id, type, name, at, occurredAt: sane(occurredAt, at), arrivedAt: sane(arrivedAt, at), order, heard: run.heard, source, traces, nodes, properties, flags, near };
  run.ids.set(kept.id, kept);
  run.events.push(kept);
  learn(run, kept.traces);
  for (const { token } of kept.traces) {
    const known = run.byToken.get(token);
    if (known === undefined) run.byToken.set(token, [kept]);
    else if (known.at(-1) !== kept) known.push(kept);
  }
  enter(run.whole, kept);
  if (run.claims.size > 0) claim(run, kept);
}

/** Gives an event to the scope that its tokens belong to; one that several claim proves nothing for
 * any. */
export function claim(run: Run, kept: Kept): void {
  const scopes = claimants(run, kept);
  for (const scope of scopes) {
    if (scope.stale || scope.until !== Infinity) continue;
    if (scopes.size === 1) enter(scope, kept);
    else scope.ambiguous += 1;
  }
}

/** The scopes that claim an event: those that were open when it came. */
export function claimants(run: Run, kept: Kept): ReadonlySet<Scope> {
  return new Set(kept.traces.flatMap(({ token }) => run.claims.get(token) ?? []).filter(({ since, until }) => since <= kept.heard && kept.heard <= until));
}

/** Remembers which identifiers belong to one page, and which to a person. */
function learn(run: Run, tokens: readonly Token[]): void {
  const stir = (token: string): void => { for (const scope of run.claims.get(token) ?? []) scope.stale = true; };
  for (const { kind, token } of tokens) {
    if (kind !== "userId" || run.people.has(token)) continue;
    run.people.add(token);
    stir(token);
  }
  const page = tokens.filter(({ kind }) => kind === "anonymousId" || kind === "previousId");
  for (const a of page)
    for (const b of page) {
      if (a.token === b.token) continue;
      const linked = run.links.get(a.token) ?? new Set<string>();
      if (linked.has(b.token)) continue;
      run.links.set(a.token, linked.add(b.token));
      stir(a.token);
    }
}

function repeats(run: Run, stream: string, from: string, to: string): boolean {
  if (from === to) return false;
  const key = `${stream}\n${from}\n${to}`;
  if (run.frames.has(key)) return true;
  run.frames.add(key);
  return false;
}

/** A frame that covers nothing brings what a trace did before it was followed. */
function isPast(frame: Batch): boolean {
  return frame.from === frame.position && frame.ledger.offered === 0;
}

function otherGraph(run: Run, version: string): void {
  if (version !== "" && version !== run.graph.version) run.loss.graphs += 1;
}

function sane(time: number, otherwise: number): number {
  return Number.isFinite(time) ? time : otherwise;
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
