/** What one trace says to one expectation, worked out from its whole walk: the details for a
 * report, and the answer where a monitor cannot give it (other orders of a tie, `is:first`). */
import type { Condition, Passage } from "./condition.ts";
import { route, type Trace } from "./engine.ts";
import type { Check, Named } from "./plan.ts";
import type { Kept } from "./run.ts";
import { eventOf, type Scope } from "./scope.ts";
import { type Stride, walksOf } from "./walk.ts";
import { shown } from "./words.ts";

/** What an answer counts as: the trace meets the expectation; it should and does not; events of it
 * pass (or fail) the condition. None of them if the expectation asks nothing of the trace. */
export const OK = 1, MISSING = 2, HITS = 4;
/** Another order of events of one millisecond was taken; or there were too many to try. */
export const TIED = 8, DOUBTFUL = 16;
/** An answer is one number: what it counts as, and above that its amount: events that pass or fail
 * a condition, nodes of a path or an order that were reached, or milliseconds. */
const AMOUNT = 32;
const KINDS = OK | MISSING | HITS;

export function answered(kinds: number, amount: number): number {
  return kinds + amount * AMOUNT;
}

export function kindsOf(answer: number): number {
  return answer & KINDS;
}

export function amountOf(answer: number): number {
  return Math.floor(answer / AMOUNT);
}

export function hitsOf(answer: number): number {
  return (answer & HITS) === 0 ? 0 : amountOf(answer);
}

/** The answer to a path or an order of which so many nodes were reached. */
export function reachedAs(reached: number, wanted: readonly Named[]): number {
  return reached === 0 ? 0 : answered(reached === wanted.length ? OK : MISSING, reached);
}

/** The answer to a `within` whose pair took so long. */
export function tookAs({ ms }: Extract<Check, { kind: "within" }>, took: number): number {
  return answered(took <= ms ? OK : MISSING, Math.round(took));
}

/** The answer to a condition that so many events pass, or fail of an `each`. */
export function hitAs(kind: TraceCheck["kind"], hits: number): number {
  if (kind === "some") return hits === 0 ? MISSING : answered(OK + HITS, hits);
  return hits === 0 ? OK : answered(MISSING + HITS, hits);
}

/** The details of an answer, for a report. */
export interface Fact {
  /** How many of the nodes of a path or an order were reached, and what came then. */
  readonly prefix: number;
  readonly came: string;
  /** Milliseconds of `within`. */
  readonly ms: number;
  /** Events that pass a condition, or fail an `each`; the one that decided. */
  readonly events: readonly Kept[];
}

const NONE: readonly Kept[] = [];

/** Expectations that are judged trace by trace. */
export type TraceCheck = Extract<Check, { kind: "path" | "order" | "within" | "each" | "some" | "never" }>;

/** A check of traces with the node indices that a trace must have lit, one of them at least, for an
 * event of it to pass its condition; null if it asks for none. */
export interface Asked {
  readonly check: TraceCheck;
  readonly gate: readonly number[] | null;
}

/** Whether a trace decides an expectation, rather than an event or a count alone. */
export function ofTraces(check: Check): check is TraceCheck {
  return check.kind === "path" || check.kind === "order" || check.kind === "within" || ("where" in check && check.where.unstable);
}

export function asked(check: TraceCheck, { traces }: Scope): Asked {
  const gate = "where" in check ? check.where.gate : null;
  return { check, gate: gate === null ? null : [...gate].map((uuid) => traces.routeIndex.index.get(uuid) ?? -1) };
}

/** What a trace says to one of them, in full; of the orders of its ties the first that meets the
 * expectation. */
export function factOf(scope: Scope, trace: Trace, one: Asked): Fact {
  const walks = walksOf(scope.traces, trace);
  const walk = walkOf(walks.first);
  if (walks.tied === 0 || (answerOf(scope, trace, one, walk) & OK) !== 0) return detailOf(scope, trace, one, walk);
  return detailOf(scope, trace, one, walks.others().map(walkOf).find((way) => (answerOf(scope, trace, one, way) & OK) !== 0) ?? walk);
}

/** A walk with what several expectations ask of it: nodes it lit, and where it came to stand. */
export interface Walk {
  readonly strides: readonly Stride[];
  readonly lit: ReadonlySet<number>;
  readonly stood: readonly Stood[];
}

/** Where a trace came to stand, and by which stride. */
interface Stood {
  nodes: readonly number[];
  readonly stride: Stride;
}

export function walkOf(strides: readonly Stride[]): Walk {
  const lit = new Set<number>();
  const stood: Stood[] = [];
  for (const stride of strides) {
    if (stride.visit.lit.length === 0) continue;
    for (const node of stride.visit.lit) lit.add(node);
    const last = stood.at(-1);
    if (stride.move === "stay" && last !== undefined) last.nodes = [...last.nodes, stride.head, ...stride.also];
    else stood.push({ nodes: stride.also.length === 0 ? [stride.head] : [stride.head, ...stride.also], stride });
  }
  return { strides, lit, stood };
}

/** The answer of one walk of a trace. */
export function answerOf(scope: Scope, trace: Trace, { check, gate }: Asked, walk: Walk): number {
  switch (check.kind) {
    case "path": return reachedAs(pathReach(scope, check.nodes, walk), check.nodes);
    case "order": return reachedAs(orderReach(check.nodes, walk).reached, check.nodes);
    case "within": {
      const found = pairOf(check, walk);
      return found === null ? 0 : tookAs(check, found.ms);
    }
    case "some": case "never": return hitAs(check.kind, passing(scope, trace, check.where, gate, walk).length);
    case "each": return hitAs(check.kind, failing(scope, trace, check, gate, walk).length);
  }
}

function detailOf(scope: Scope, trace: Trace, { check, gate }: Asked, walk: Walk): Fact {
  switch (check.kind) {
    case "path": {
      const prefix = pathReach(scope, check.nodes, walk);
      const from = walk.stood.findIndex((_, start) => prefix > 0 && runOf(scope, check.nodes, walk.stood, start) === prefix);
      const came = prefix === 0 || prefix === check.nodes.length ? "" : cameText(scope, walk.stood[from + prefix]);
      return { prefix, came, ms: 0, events: one(scope, walk.stood[from + prefix - 1]?.stride) };
    }
    case "order": {
      const { reached: prefix, last } = orderReach(check.nodes, walk);
      const came = prefix === 0 || prefix === check.nodes.length ? "" : `${shown(check.nodes[prefix]?.name ?? "")} was not seen after it`;
      return { prefix, came, ms: 0, events: one(scope, walk.strides[last]) };
    }
    case "within": {
      const found = pairOf(check, walk);
      return { prefix: 0, came: "", ms: found?.ms ?? 0, events: one(scope, found?.stride) };
    }
    case "some": case "never": return { prefix: 0, came: "", ms: 0, events: passing(scope, trace, check.where, gate, walk) };
    case "each": return { prefix: 0, came: "", ms: 0, events: failing(scope, trace, check, gate, walk) };
  }
}

/** The events that lit the node of an `each` and do not pass. */
function failing(scope: Scope, trace: Trace, { node, where }: Extract<Check, { kind: "each" }>, gate: Asked["gate"], walk: Walk): readonly Kept[] {
  if (!walk.lit.has(node.index)) return NONE;
  const passed = new Set(passing(scope, trace, where, gate, walk));
  return walk.strides.filter(({ visit }) => visit.lit.includes(node.index)).map(({ visit }) => eventOf(scope, visit)).filter((event) => event !== null).filter((event) => !passed.has(event));
}

/** The events of a walk that pass a condition. */
function passing(scope: Scope, trace: Trace, where: Condition, gate: Asked["gate"], { strides, lit }: Walk): readonly Kept[] {
  if (gate !== null && !gate.some((node) => lit.has(node))) return NONE;
  const found: Kept[] = [];
  const seen = new Set<string>();
  const uuid = (index: number): string | null => scope.graph.nodes[index]?.uuid ?? null;
  for (const { move, head, from, visit } of strides) {
    if (gate === null || gate.some((node) => visit.lit.includes(node))) {
      const event = eventOf(scope, visit);
      const passage: Passage | null = trace.partial ? null : { move, from: uuid(move === "unmapped" ? head : from), seen };
      if (event !== null && where.test.holds(event, passage, where.first && isFirst(scope, event))) found.push(event);
    }
    for (const node of visit.lit) { const lights = uuid(node); if (lights !== null) seen.add(lights); }
  }
  return found;
}

/** Whether an event was the first to light one of its nodes. */
export function isFirst(scope: Scope, event: Kept): boolean {
  return event.nodes.some((node) => scope.firsts.get(node)?.includes(event) === true);
}

/** How many nodes of a path were reached at best. */
function pathReach(scope: Scope, wanted: readonly Named[], { stood, lit }: Walk): number {
  if (!lit.has(wanted[0]?.index ?? -1)) return 0;
  let best = 0;
  for (let start = 0; start < stood.length && best < wanted.length; start += 1) best = Math.max(best, runOf(scope, wanted, stood, start));
  return best;
}

/** How many nodes of a path were reached from one stand on. */
function runOf(scope: Scope, wanted: readonly Named[], stood: readonly Stood[], start: number): number {
  if (stood[start]?.nodes.includes(wanted[0]?.index ?? -1) !== true) return 0;
  let reached = 1;
  while (reached < wanted.length && joined(scope, stood[start + reached], wanted[reached - 1], wanted[reached])) reached += 1;
  return reached;
}

/** Whether a trace went by a step from one node to the next. */
function joined(scope: Scope, there: Stood | undefined, from: Named | undefined, to: Named | undefined): boolean {
  if (there === undefined || from === undefined || to === undefined || there.stride.move !== "step" || !there.nodes.includes(to.index)) return false;
  return (there.stride.from === from.index && there.stride.head === to.index) || route(scope.traces.routeIndex, from.index, to.index) !== null;
}

function cameText(scope: Scope, there: Stood | undefined): string {
  if (there === undefined) return "nothing came after it";
  const name = nodeText(scope, there.stride.head);
  if (there.stride.move === "jump") return `it took an unexpected step to ${name}, where the graph has no way`;
  return there.stride.move === "entry" ? `it began again at ${name}` : `it went to ${name}`;
}

const UNREACHED = { reached: 0, last: -1 } as const;

/** How many nodes of an order were lit, and by which stride the last of them. */
function orderReach(wanted: readonly Named[], { strides, lit }: Walk): { readonly reached: number; readonly last: number } {
  if (!lit.has(wanted[0]?.index ?? -1)) return UNREACHED;
  let [reached, last] = [0, -1];
  for (let n = 0; n < strides.length && reached < wanted.length; n += 1) {
    const there = strides[n]?.visit.lit;
    if (there?.includes(wanted[reached]?.index ?? -1) !== true) continue;
    last = n;
    if (there.length === 1) { reached += 1; continue; }
    // One event that lights several nodes lights them at once, so in any order.
    const left = [...there];
    for (let at = left.indexOf(wanted[reached]?.index ?? -1); at >= 0; at = left.indexOf(wanted[reached]?.index ?? -1)) {
      left.splice(at, 1);
      reached += 1;
    }
  }
  return { reached, last };
}

/** The event of a stride, alone. */
function one(scope: Scope, stride: Stride | undefined): readonly Kept[] {
  const event = stride === undefined ? null : eventOf(scope, stride.visit);
  return event === null ? NONE : [event];
}

/** From the last `from` before the first `to` that has one, to that. */
function pairOf({ from, to }: Extract<Check, { kind: "within" }>, { strides, lit }: Walk): { readonly ms: number; readonly stride: Stride } | null {
  if (!lit.has(from.index) || !lit.has(to.index)) return null;
  let since: number | null = null;
  for (const stride of strides) {
    const { visit } = stride;
    if (since !== null && visit.lit.includes(to.index)) return { ms: visit.at - since, stride };
    if (visit.lit.includes(from.index)) since = visit.at;
  }
  return null;
}

/** A node as reports name it. */
export function nodeText(scope: Scope, index: number): string {
  const node = scope.graph.nodes[index];
  return shown(node === undefined ? "nowhere" : node.id || node.label || node.uuid);
}
