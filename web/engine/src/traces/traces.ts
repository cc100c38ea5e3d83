/** Traces of a watch session: created for a graph, advanced by each carried event. Pure: time comes
 * only with events.
 */
import type { Step } from "../actions.ts";
import type { Graph } from "../wire.gen.ts";
import { type Bounds, createCounts, type IdentifierNode, NOWHERE, type TraceEvent, type Traces, type Visit } from "./model.ts";
import { evict, markActive, revive, trim } from "./retention.ts";
import { findTrace } from "./identity.ts";
import { createJumps } from "./jumpTable.ts";
import { countNearMiss } from "../nearMiss.ts";
import { insertVisit } from "./path.ts";
import { compileGraph } from "./pathSearch.ts";

/** For a page of some ten megabytes of traces, and a list that a person can still look through. */
export const BOUNDS: Bounds = { traces: 5000, stubs: 20_000, steps: 200, marks: 150_000, joins: 5000, jumps: 500, identifiers: 32, followed: 50 };

/** Event names interned for all visits. */
const MAX_NAMES = 2000;
/** Milliseconds by which an event may claim to have occurred after it arrived; beyond that its
 * arrival counts, since it would hold up its trace.
 */
const MAX_AHEAD_MS = 60_000;
const QUIET: readonly Step[] = [];
const DARK: readonly number[] = [];

/** Traces of a graph, without any event yet. */
export function createTraces(graph: Graph, bounds: Partial<Bounds> = {}): Traces {
  const all = { ...BOUNDS, ...bounds };
  return {
    bounds: all, routeIndex: compileGraph(graph), tokens: new Map(), live: new Set(), stubs: new Set(), followedTraces: new Set(), followed: new Map(), joins: new Map(),
    counts: createCounts(graph.nodes.length, graph.edges.length), jumps: createJumps(all.jumps), near: new Map(), names: new Map(), visitCount: 0, sequence: 0,
    total: { events: 0, placed: 0, unplaceable: 0, duplicate: 0, untraced: 0, traces: 0, evicted: 0, forgotten: 0, joins: 0, refused: 0 },
  };
}

/** Advances the traces by an event; returns the step it made if it moved its trace on. Writes into
 * `traces`.
 */
export function advance(traces: Traces, event: TraceEvent): readonly Step[] {
  traces.total.events += 1;
  for (const near of event.near ?? []) countNearMiss(traces.near, near.node, near.reason);
  const owner = findTrace(traces, event);
  if (owner === null) {
    traces.total.untraced += 1;
    return QUIET;
  }
  const trace = owner.trace;
  if (trace.tally === null) revive(traces, trace);
  const visit = markOf(traces, event, owner);
  const placed = insertVisit(traces, trace, visit);
  if (placed === "duplicate") {
    traces.total.duplicate += 1;
    return QUIET;
  }
  traces.total[placed === "unplaceable" ? "unplaceable" : "placed"] += 1;
  if (trace.events === 0) traces.total.traces += 1;
  trace.events += 1;
  trace.firstAt = Math.min(trace.firstAt, visit.at);
  trace.seenAt = Math.max(trace.seenAt, event.at);
  if (event.flags.includes("partial")) trace.partial = true;
  markActive(traces, trace);
  if (trace.visits.length > traces.bounds.steps) trim(traces, trace);
  evict(traces);
  return placed === "forward" && (visit.move === "step" || visit.move === "jump") ? [stepOf(traces, visit, event.at)] : QUIET;
}

/** Node indices in graph order, each once; nodes the graph does not have are left out. */
export function indicesOf(traces: Traces, nodes: readonly string[]): readonly number[] {
  const first = nodes[0];
  if (first === undefined) return DARK;
  const lit = nodes.map((node) => traces.routeIndex.index.get(node) ?? -1).filter((node) => node >= 0);
  return lit.length < 2 ? lit : [...new Set(lit)].sort((a, b) => a - b);
}

function markOf(traces: Traces, event: TraceEvent, owner: IdentifierNode): Visit {
  return {
    id: event.id, name: internName(traces, event.name), type: event.type, at: timeOf(event), arrived: event.arrivedAt,
    order: event.order ?? Infinity, arrival: event.arrival ?? 0, late: event.flags.includes("late"),
    owner, lit: indicesOf(traces, event.nodes), move: "unmapped", from: -1, route: null, jump: -1, gap: 0, after: NOWHERE,
  };
}

function timeOf(event: TraceEvent): number {
  return event.occurredAt > event.arrivedAt + MAX_AHEAD_MS ? event.arrivedAt : event.occurredAt;
}

function internName(traces: Traces, name: string): string {
  const known = traces.names.get(name);
  if (known !== undefined) return known;
  if (traces.names.size < MAX_NAMES) traces.names.set(name, name);
  return name;
}

function stepOf(traces: Traces, visit: Visit, at: number): Step {
  const nodes = traces.routeIndex.graph.nodes;
  const trace = visit.owner.trace;
  const token = trace.followedCount === 0 ? trace.tokens[0] : trace.tokens.find((identifier) => traces.followed.has(identifier.token));
  return {
    token: (token ?? visit.owner).token, from: nodes[visit.from]?.uuid ?? "", to: nodes[visit.after.head]?.uuid ?? "", edges: visit.route?.uuids ?? [],
    jump: visit.move === "jump", inferred: (visit.route?.edges.length ?? 0) > 1, followed: trace.followedCount > 0, at,
  };
}
