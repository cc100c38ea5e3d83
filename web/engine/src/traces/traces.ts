/** All traces of a watch session: made for a graph, moved on by each carried event. Pure: time only comes with events. */
import type { Step } from "../out.ts";
import type { Graph } from "../wire.gen.ts";
import { createCounts } from "./counts.ts";
import { evict, keepIn, revive, trim } from "./evict.ts";
import { resolve } from "./identity.ts";
import { createJumps } from "./jumps.ts";
import { missed } from "./near.ts";
import { place } from "./path.ts";
import { compile } from "./reach.ts";
import { NOWHERE } from "./trace.ts";
import type { Bounds, Holder, Mark, TraceEvent, Traces } from "./types.ts";

/** For a page of some ten megabytes of traces, and a list that a person can still look through. */
export const BOUNDS: Bounds = { traces: 5000, stubs: 20_000, steps: 200, marks: 150_000, joins: 5000, jumps: 500, identifiers: 32, followed: 50 };

/** Event names kept once for all marks that bear them. */
const NAMES = 2000;
/** Milliseconds by which an event may claim to have occurred after it arrived; a bolder claim would hold up its trace, so arrival counts instead. */
const AHEAD = 60_000;
const QUIET: readonly Step[] = [];
const DARK: readonly number[] = [];

/** Traces of a graph, without any event yet. */
export function createTraces(graph: Graph, bounds: Partial<Bounds> = {}): Traces {
  const all = { ...BOUNDS, ...bounds };
  return {
    bounds: all, ways: compile(graph), tokens: new Map(), live: new Set(), stubs: new Set(), heldTraces: new Set(), held: new Map(), joins: new Map(),
    counts: createCounts(graph.nodes.length, graph.edges.length), jumps: createJumps(all.jumps), near: new Map(), names: new Map(), marks: 0, sequence: 0,
    total: { events: 0, placed: 0, unplaceable: 0, duplicate: 0, untraced: 0, traces: 0, evicted: 0, forgotten: 0, joins: 0, refused: 0 },
  };
}

/** Tells the traces of an event; answers the step it made, if it moved its trace on. Writes into `traces`. */
export function advance(traces: Traces, event: TraceEvent): readonly Step[] {
  traces.total.events += 1;
  for (const near of event.near ?? []) missed(traces.near, near.node, near.reason);
  const owner = resolve(traces, event);
  if (owner === null) {
    traces.total.untraced += 1;
    return QUIET;
  }
  const trace = owner.trace;
  if (trace.tally === null) revive(traces, trace);
  const mark = markOf(traces, event, owner);
  const placed = place(traces, trace, mark);
  if (placed === "duplicate") {
    traces.total.duplicate += 1;
    return QUIET;
  }
  traces.total[placed === "unplaceable" ? "unplaceable" : "placed"] += 1;
  if (trace.events === 0) traces.total.traces += 1;
  trace.events += 1;
  trace.firstAt = Math.min(trace.firstAt, mark.at);
  trace.seenAt = Math.max(trace.seenAt, event.at);
  if (event.flags.includes("partial")) trace.partial = true;
  keepIn(traces, trace);
  if (trace.marks.length > traces.bounds.steps) trim(traces, trace);
  evict(traces);
  return placed === "forward" && (mark.move === "step" || mark.move === "jump") ? [stepOf(traces, mark, event.at)] : QUIET;
}

/** Node indices in graph order, each once; nodes the graph does not have are left out. */
export function indicesOf(traces: Traces, nodes: readonly string[]): readonly number[] {
  const first = nodes[0];
  if (first === undefined) return DARK;
  const lit = nodes.map((node) => traces.ways.index.get(node) ?? -1).filter((node) => node >= 0);
  return lit.length < 2 ? lit : [...new Set(lit)].sort((a, b) => a - b);
}

function markOf(traces: Traces, event: TraceEvent, owner: Holder): Mark {
  return {
    id: event.id, name: nameOf(traces, event.name), type: event.type, at: timeOf(event), arrived: event.arrivedAt,
    order: event.order ?? Infinity, heard: event.heard ?? 0, late: event.flags.includes("late"),
    owner, lit: indicesOf(traces, event.nodes), move: "unmapped", from: -1, route: null, jump: -1, gap: 0, after: NOWHERE,
  };
}

function timeOf(event: TraceEvent): number {
  return event.occurredAt > event.arrivedAt + AHEAD ? event.arrivedAt : event.occurredAt;
}

function nameOf(traces: Traces, name: string): string {
  const known = traces.names.get(name);
  if (known !== undefined) return known;
  if (traces.names.size < NAMES) traces.names.set(name, name);
  return name;
}

function stepOf(traces: Traces, mark: Mark, at: number): Step {
  const nodes = traces.ways.graph.nodes;
  const trace = mark.owner.trace;
  const token = trace.held === 0 ? trace.tokens[0] : trace.tokens.find((holder) => traces.held.has(holder.token));
  return {
    token: (token ?? mark.owner).token, from: nodes[mark.from]?.uuid ?? "", to: nodes[mark.after.head]?.uuid ?? "", edges: mark.route?.uuids ?? [],
    jump: mark.move === "jump", inferred: (mark.route?.edges.length ?? 0) > 1, followed: trace.held > 0, at,
  };
}
