/** Snapshot of traces, and its restoration. */
import type { NearMissCount } from "../nearMiss.ts";
import type { Graph } from "../wire.gen.ts";
import { createHistogram, type DurationHistogram } from "./durationHistogram.ts";
import { rebuild } from "./identity.ts";
import { ensureJump } from "./jumpTable.ts";
import { type Bounds, createTrace, type Cursor, emptyCell, type IdentifierNode, jumpKey, NOWHERE, type Totals, type Trace, type Traces, type Visit } from "./model.ts";
import { createTraces } from "./traces.ts";

// Saving: all counts, and the most recently active traces with their visits.

/** Sparse: bucket, count, bucket, count … */
export type SavedDwell = readonly number[];

/** A key of the counts; jumps by their nodes, because ids are not saved. */
export type SavedKey = number | readonly [from: number, to: number];

/** The counts of a node, edge or jump, as saved. */
export type SavedCell = readonly [key: SavedKey, count: number, traces: number, inferred: number, gaps: SavedDwell, bridged: SavedDwell, last: number];

/** One event of a trace, as saved. */
export type SavedMark = readonly [id: string, name: string, type: string, at: number, arrived: number, late: 0 | 1, owner: number, lit: readonly number[], order?: number | null, heard?: number];

/** A trace, as saved. */
export interface SavedTrace {
  readonly seq: number;
  readonly tokens: readonly (readonly [token: string, kind: string])[];
  /** Pairs of indices into `tokens`. */
  readonly links: readonly (readonly [number, number])[];
  readonly marks: readonly SavedMark[];
  readonly keys: readonly SavedKey[];
  readonly base: Cursor;
  readonly horizon: number | null;
  readonly events: number;
  readonly dropped: number;
  readonly firstAt: number;
  readonly seenAt: number;
  readonly partial: boolean;
}

/** A join of two traces, as saved. */
export interface SavedJoin {
  readonly id: number;
  readonly at: number;
  readonly event: string;
  readonly why: "identify" | "alias" | "event" | "rotation";
  readonly learnt: boolean;
  readonly a: string;
  readonly b: string;
  readonly undone: boolean;
}

/** A JSON value. Only a graph of the same `version` can load it. */
export interface SavedTraces {
  readonly version: string;
  readonly cells: readonly SavedCell[];
  readonly entries: readonly number[];
  readonly standing: readonly number[];
  readonly traces: readonly SavedTrace[];
  readonly held: readonly (readonly [token: string, hue: number])[];
  readonly joins: readonly SavedJoin[];
  readonly near: readonly (readonly [node: string, count: number, reasons: readonly (readonly [string, number])[]])[];
  readonly jumpsEvicted: number;
  readonly total: Totals;
}

/** Saves at most `count` traces with visits: the followed ones, then the most recently active. The
 * others count as forgotten.
 */
export function save(traces: Traces, count: number): SavedTraces {
  const chosen = [...[...traces.live].slice(-Math.max(1, count)), ...traces.followedTraces].slice(-Math.max(1, count));
  const tokens = new Set(chosen.flatMap((trace) => trace.tokens));
  const retained = new Set(chosen);
  const lost = [...traces.live, ...traces.followedTraces, ...traces.stubs].filter((trace) => trace.events > 0 && !retained.has(trace)).length;
  return {
    version: traces.routeIndex.graph.version, cells: cells(traces), entries: [...traces.counts.entries], standing: [...traces.counts.standing],
    traces: chosen.map((trace) => saved(traces, trace)), held: [...traces.followed],
    joins: [...traces.joins.values()].filter((join) => tokens.has(join.a) && tokens.has(join.b)).map(({ a, b, ...join }) => ({ ...join, a: a.token, b: b.token })),
    near: [...traces.near].map(([node, { count: times, reasons }]: [string, NearMissCount]) => [node, times, [...reasons]]),
    jumpsEvicted: traces.jumps.evicted, total: { ...traces.total, forgotten: traces.total.forgotten + lost },
  };
}

function cells(traces: Traces): SavedCell[] {
  return [...traces.counts.cells].filter(([, cell]) => cell.count > 0).flatMap(([key, cell]) => {
    const name = savedKey(traces, key);
    const last = traces.jumps.byId.get(key - jumpKey(traces.counts, 0))?.last ?? 0;
    return name === null ? [] : [[name, cell.count, cell.traces, cell.inferred, sparse(cell.gaps), sparse(cell.bridged), last] as const];
  });
}

function savedKey(traces: Traces, key: number): SavedKey | null {
  const first = jumpKey(traces.counts, 0);
  if (key < first) return key;
  const jump = traces.jumps.byId.get(key - first);
  return jump === undefined ? null : [jump.from, jump.to];
}

function sparse(all: DurationHistogram | null): SavedDwell {
  return all === null ? [] : [...all.buckets].flatMap((count, bucket) => count > 0 ? [bucket, count] : []);
}

function saved(traces: Traces, trace: Trace): SavedTrace {
  const indices = new Map<IdentifierNode, number>(trace.tokens.map((identifier, n) => [identifier, n]));
  const { seq, base, events, dropped, firstAt, seenAt, partial, horizon } = trace;
  return {
    seq,
    tokens: trace.tokens.map((identifier) => [identifier.token, identifier.kind]), links: trace.links.map((link) => [indices.get(link.a) ?? 0, indices.get(link.b) ?? 0]),
    marks: trace.visits.map((visit) => [visit.id, visit.name, visit.type, visit.at, visit.arrived, visit.late ? 1 : 0, indices.get(visit.owner) ?? 0, visit.lit, visit.order === Infinity ? null : visit.order, visit.arrival]),
    keys: settledKeys(traces, trace).map((key) => savedKey(traces, key)).filter((key) => key !== null),
    base, horizon: horizon === -Infinity ? null : horizon, events, dropped, firstAt, seenAt, partial,
  };
}

/** Keys that the trace counted for with visits that it no longer has. */
function settledKeys(traces: Traces, trace: Trace): readonly number[] {
  const left = new Map(trace.tally);
  for (const key of trace.visits.flatMap((visit) => keysOf(traces, visit))) left.set(key, (left.get(key) ?? 0) - 1);
  return [...left].filter(([, times]) => times > 0).map(([key]) => key);
}

function keysOf(traces: Traces, visit: Visit): number[] {
  const keys = [...visit.lit];
  for (const edge of visit.route?.edges ?? []) keys.push(traces.counts.nodes + edge);
  if (visit.jump >= 0) keys.push(jumpKey(traces.counts, visit.jump));
  return keys;
}

// Loading: paths are derived from the visits, counts are as they were saved.

/** Null if the graph is of another version. `saved` must come from `save`; the caller checks other
 * texts.
 */
export function load(graph: Graph, saved: SavedTraces, bounds: Partial<Bounds> = {}): Traces | null {
  if (saved.version !== graph.version) return null;
  const traces = createTraces(graph, bounds);
  for (const [token, hue] of saved.held) traces.followed.set(token, hue);
  for (const one of saved.traces) restore(traces, one);
  traces.sequence = saved.traces.reduce((most, one) => Math.max(most, one.seq), 0);
  restoreCounts(traces, saved);
  for (const { a: tokenA, b: tokenB, ...join } of saved.joins) {
    const a = traces.tokens.get(tokenA);
    const b = traces.tokens.get(tokenB);
    if (a === undefined || b === undefined) continue;
    traces.joins.set(join.id, { ...join, a, b });
    if (!join.undone) continue;
    (a.apart ??= []).push(b);
    (b.apart ??= []).push(a);
  }
  for (const [node, count, reasons] of saved.near) traces.near.set(node, { count, reasons: new Map(reasons) });
  traces.total = { ...saved.total };
  return traces;
}

function restore(traces: Traces, saved: SavedTrace): void {
  const trace = createTrace(traces, saved.firstAt);
  trace.tokens = saved.tokens.map(([token, kind]): IdentifierNode => ({ token, kind, trace, apart: null }));
  for (const identifier of trace.tokens) traces.tokens.set(identifier.token, identifier);
  trace.followedCount = trace.tokens.filter((identifier) => traces.followed.has(identifier.token)).length;
  trace.links = saved.links.flatMap(([m, n]) => {
    const [a, b] = [trace.tokens[m], trace.tokens[n]];
    return a === undefined || b === undefined ? [] : [{ a, b }];
  });
  const { seq, base, events, dropped, seenAt, partial, horizon } = saved;
  Object.assign(trace, { seq, base, events, dropped, seenAt, partial, horizon: horizon ?? -Infinity });
  trace.tally = new Map(saved.keys.map((key) => [keyOf(traces, key), 1]));
  const visits = saved.marks.flatMap(([id, name, type, at, arrived, late, owner, lit, order, arrival]): Visit[] => {
    const identifier = trace.tokens[owner];
    return identifier === undefined ? [] : [{ id, name, type, at, arrived, order: order ?? Infinity, arrival: arrival ?? 0, late: late === 1, owner: identifier, lit, move: "unmapped", from: -1, route: null, jump: -1, gap: 0, after: NOWHERE }];
  });
  rebuild(traces, trace, visits);
  traces.visitCount += visits.length;
}

/** Saved counts are complete: they replace what was derived just now. */
function restoreCounts(traces: Traces, saved: SavedTraces): void {
  const { counts, jumps } = traces;
  counts.cells.clear();
  for (const [key, count, distinct, inferred, gaps, bridged, last] of saved.cells) {
    const index = keyOf(traces, key);
    counts.cells.set(index, { ...emptyCell(), count, traces: distinct, inferred, gaps: dense(gaps), bridged: dense(bridged) });
    const jump = jumps.byId.get(index - jumpKey(counts, 0));
    if (jump !== undefined) jump.last = last;
  }
  counts.entries.set(saved.entries);
  counts.standing.set(saved.standing);
  jumps.evicted = saved.jumpsEvicted;
}

function keyOf(traces: Traces, key: SavedKey): number {
  return typeof key === "number" ? key : jumpKey(traces.counts, ensureJump(traces.jumps, key[0], key[1], () => 0).id);
}

function dense(sparse: SavedDwell): DurationHistogram | null {
  if (sparse.length === 0) return null;
  const all = createHistogram();
  all.buckets = new Uint32Array((sparse.at(-2) ?? 0) + 1);
  for (let n = 0; n + 1 < sparse.length; n += 2) {
    all.buckets[sparse[n] ?? 0] = sparse[n + 1] ?? 0;
    all.count += sparse[n + 1] ?? 0;
  }
  return all;
}
