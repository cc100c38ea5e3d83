/** What one trace says to one expectation: a pure answer from its walk, cached while the trace does
 * not change. */
import { type Condition, holds, type Passage } from "./condition.ts";
import { route, type Trace } from "./engine.ts";
import type { Check, Named } from "./plan.ts";
import type { Kept } from "./run.ts";
import { eventOf, type Scope } from "./scope.ts";
import { type Stride, walksOf } from "./walk.ts";
import { shown } from "./words.ts";

/** `relevant`: the expectation asks something of this trace. `ok`: the trace meets it. */
export interface Fact {
  readonly relevant: boolean;
  readonly ok: boolean;
  /** How many of the nodes of a path or an order were reached, and what came then. */
  readonly prefix: number;
  readonly came: string;
  /** Milliseconds of `within`. */
  readonly ms: number;
  /** Events that pass a condition, or fail an `each`; the one that decided. */
  readonly events: readonly Kept[];
  /** Another order of events of one millisecond was taken; or there were too many to try. */
  readonly tied: boolean;
  readonly doubtful: boolean;
}

const NONE: readonly Kept[] = [];
const NO: Fact = { relevant: false, ok: false, prefix: 0, came: "", ms: 0, events: NONE, tied: false, doubtful: false };
/** An answer of a trace that the expectation asks something of. */
function fact(ok: boolean, prefix: number, came: string, ms: number, events: readonly Kept[]): Fact {
  return { relevant: true, ok, prefix, came, ms, events, tied: false, doubtful: false };
}
/** What a trace says in which no event passes. */
const NO_EVENT = { some: fact(false, 0, "", 0, NONE), never: fact(true, 0, "", 0, NONE), each: fact(true, 0, "", 0, NONE) } as const;

/** Expectations that are judged trace by trace. */
export type TraceCheck = Extract<Check, { kind: "path" | "order" | "within" | "each" | "some" | "never" }>;

/** Whether a trace decides an expectation, rather than an event or a count alone. */
export function ofTraces(check: Check): check is TraceCheck {
  return check.kind === "path" || check.kind === "order" || check.kind === "within" || ("where" in check && check.where.unstable);
}

/** The answers of a trace to each of `checks`; among orders of its ties the first that meets the
 * expectation counts. */
export function factsOf(scope: Scope, trace: Trace, checks: readonly TraceCheck[]): readonly Fact[] {
  const walks = walksOf(scope.traces, trace);
  const walk = walkOf(scope, walks.first);
  let others: readonly Walk[] | null = null;
  return checks.map((check) => {
    const first = factOf(scope, trace, check, walk);
    if (first.ok || walks.tied === 0) return first;
    others ??= walks.others().map((strides) => walkOf(scope, strides));
    for (const one of others) {
      const other = factOf(scope, trace, check, one);
      if (other.ok) return { ...other, tied: true };
    }
    return walks.doubtful ? { ...first, doubtful: true } : first;
  });
}

/** A walk with what several expectations ask of it: its events, the nodes it lit, and where it came
 * to stand. */
interface Walk {
  readonly strides: readonly Stride[];
  readonly events: readonly (Kept | null)[];
  readonly lit: ReadonlySet<number>;
  readonly stood: readonly Stood[];
}

/** Where a trace came to stand, and by which stride. */
interface Stood {
  readonly nodes: readonly number[];
  readonly stride: Stride;
  readonly at: number;
}

function walkOf(scope: Scope, strides: readonly Stride[]): Walk {
  const lit = new Set<number>();
  const stood: Stood[] = [];
  strides.forEach((stride, at) => {
    if (stride.visit.lit.length === 0) return;
    for (const node of stride.visit.lit) lit.add(node);
    const last = stood.at(-1);
    if (stride.move === "stay" && last !== undefined) stood[stood.length - 1] = { ...last, nodes: [...last.nodes, stride.head, ...stride.also] };
    else stood.push({ nodes: stride.also.length === 0 ? [stride.head] : [stride.head, ...stride.also], stride, at });
  });
  return { strides, events: strides.map(({ visit }) => eventOf(scope, visit)), lit, stood };
}

function factOf(scope: Scope, trace: Trace, check: TraceCheck, walk: Walk): Fact {
  switch (check.kind) {
    case "path": return pathFact(scope, check.nodes, walk);
    case "order": return orderFact(check.nodes, walk);
    case "within": return withinFact(check, walk);
    case "some": case "never": {
      const events = passing(scope, trace, check.where, walk);
      return events.length === 0 ? NO_EVENT[check.kind] : fact(check.kind === "some", 0, "", 0, events);
    }
    case "each": {
      if (!walk.lit.has(check.node.index)) return NO_EVENT.each;
      const passed = new Set(passing(scope, trace, check.where, walk));
      const events = walk.events.filter((event) => event !== null && event.nodes.includes(check.node.uuid) && !passed.has(event)).filter((event) => event !== null);
      return events.length === 0 ? NO_EVENT.each : fact(false, 0, "", 0, events);
    }
  }
}

/** The events of a walk that pass a condition. */
function passing(scope: Scope, trace: Trace, where: Condition, { strides, events }: Walk): readonly Kept[] {
  const { gate } = where;
  const through = (event: Kept): boolean => gate === null || event.nodes.some((node) => gate.has(node));
  if (gate !== null && !events.some((event) => event !== null && through(event))) return NONE;
  const found: Kept[] = [];
  const seen = new Set<string>();
  const uuid = (index: number): string | null => scope.graph.nodes[index]?.uuid ?? null;
  strides.forEach(({ move, head, from }, n) => {
    const event = events[n];
    if (event === undefined || event === null) return;
    const passage: Passage | null = trace.partial ? null : { move, from: uuid(move === "unmapped" ? head : from), seen };
    if (through(event) && holds(where, event, passage, where.first && isFirst(scope, event))) found.push(event);
    for (const node of event.nodes) seen.add(node);
  });
  return found;
}

/** Whether an event was the first to light one of its nodes. */
export function isFirst(scope: Scope, event: Kept): boolean {
  return event.nodes.some((node) => scope.firsts.get(node)?.includes(event) === true);
}

function pathFact(scope: Scope, wanted: readonly Named[], { stood, lit, events }: Walk): Fact {
  const first = wanted[0]?.index ?? -1;
  if (!lit.has(first)) return NO;
  let best: Fact = NO;
  for (let start = 0; start < stood.length && !best.ok; start += 1) {
    if (stood[start]?.nodes.includes(first) !== true) continue;
    let reached = 1;
    while (reached < wanted.length && joined(scope, stood[start + reached], wanted[reached - 1], wanted[reached])) reached += 1;
    if (reached <= best.prefix) continue;
    const ok = reached === wanted.length;
    best = fact(ok, reached, ok ? "" : cameText(scope, stood[start + reached]), 0, one(events[stood[start + reached - 1]?.at ?? -1]));
  }
  return best;
}

/** Whether a trace went by a step from one node to the next. */
function joined(scope: Scope, there: Stood | undefined, from: Named | undefined, to: Named | undefined): boolean {
  if (there === undefined || from === undefined || to === undefined || there.stride.move !== "step" || !there.nodes.includes(to.index)) return false;
  return (there.stride.from === from.index && there.stride.head === to.index) || route(scope.traces.routeIndex, from.index, to.index) !== null;
}

function cameText(scope: Scope, there: Stood | undefined): string {
  if (there === undefined) return "nothing came after it";
  const name = nodeText(scope, there.stride.head);
  if (there.stride.move === "jump") return `it jumped to ${name}, where the graph has no way`;
  return there.stride.move === "entry" ? `it began again at ${name}` : `it went to ${name}`;
}

function orderFact(wanted: readonly Named[], { strides, events, lit }: Walk): Fact {
  if (!lit.has(wanted[0]?.index ?? -1)) return NO;
  let reached = 0;
  let last = -1;
  for (let n = 0; n < strides.length && reached < wanted.length; n += 1) {
    const there = strides[n]?.visit.lit ?? [];
    if (!there.includes(wanted[reached]?.index ?? -1)) continue;
    last = n;
    // One event that lights several nodes lights them at once, so in any order.
    const left = [...there];
    for (let at = left.indexOf(wanted[reached]?.index ?? -1); at >= 0; at = left.indexOf(wanted[reached]?.index ?? -1)) {
      left.splice(at, 1);
      reached += 1;
    }
  }
  const ok = reached === wanted.length;
  return fact(ok, reached, ok ? "" : `${shown(wanted[reached]?.name ?? "")} did not light after it`, 0, one(events[last]));
}

function one(event: Kept | null | undefined): readonly Kept[] {
  return event === null || event === undefined ? NONE : [event];
}

/** From the last `from` before the first `to` that has one, to that. */
function withinFact({ from, to, ms }: Extract<Check, { kind: "within" }>, { strides, events, lit }: Walk): Fact {
  if (!lit.has(from.index) || !lit.has(to.index)) return NO;
  let since: number | null = null;
  for (let n = 0; n < strides.length; n += 1) {
    const visit = strides[n]?.visit;
    if (visit === undefined) continue;
    if (since !== null && visit.lit.includes(to.index)) return fact(visit.at - since <= ms, 0, "", visit.at - since, one(events[n]));
    if (visit.lit.includes(from.index)) since = visit.at;
  }
  return NO;
}

/** A node as reports name it. */
export function nodeText(scope: Scope, index: number): string {
  const node = scope.graph.nodes[index];
  return shown(node === undefined ? "nowhere" : node.id || node.label || node.uuid);
}
