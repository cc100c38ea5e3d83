/** Writes traces as a plain value for a browser snapshot: all counts, and the most recently active traces with their marks. */
import { jumpKey } from "./counts.ts";
import type { Dwell } from "./dwell.ts";
import type { NearNode } from "./near.ts";
import type { Holder, Mark, Stand, Totals, Trace, Traces } from "./types.ts";

/** Sparse: bucket, count, bucket, count … */
export type SavedDwell = readonly number[];

/** A key of the counts; jumps by their nodes, because ids are not kept. */
export type SavedKey = number | readonly [from: number, to: number];

export type SavedCell = readonly [key: SavedKey, count: number, traces: number, inferred: number, gaps: SavedDwell, bridged: SavedDwell, last: number];

export type SavedMark = readonly [id: string, name: string, type: string, at: number, arrived: number, late: 0 | 1, owner: number, lit: readonly number[], order?: number | null, heard?: number];

export interface SavedTrace {
  readonly seq: number;
  readonly tokens: readonly (readonly [token: string, kind: string])[];
  /** Pairs of indices into `tokens`. */
  readonly links: readonly (readonly [number, number])[];
  readonly marks: readonly SavedMark[];
  readonly keys: readonly SavedKey[];
  readonly base: Stand;
  readonly horizon: number | null;
  readonly events: number;
  readonly dropped: number;
  readonly firstAt: number;
  readonly seenAt: number;
  readonly partial: boolean;
}

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

/** JSON as it is. Only a graph of the same `version` can take it up again. */
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

/** Saves at most `count` traces with marks: the followed ones, then the most recently active. The others count as forgotten. */
export function save(traces: Traces, count: number): SavedTraces {
  const chosen = [...[...traces.live].slice(-Math.max(1, count)), ...traces.heldTraces].slice(-Math.max(1, count));
  const tokens = new Set(chosen.flatMap((trace) => trace.tokens));
  const kept = new Set(chosen);
  const lost = [...traces.live, ...traces.heldTraces, ...traces.stubs].filter((trace) => trace.events > 0 && !kept.has(trace)).length;
  return {
    version: traces.ways.graph.version, cells: cells(traces), entries: [...traces.counts.entries], standing: [...traces.counts.standing],
    traces: chosen.map((trace) => saved(traces, trace)), held: [...traces.held],
    joins: [...traces.joins.values()].filter((join) => tokens.has(join.a) && tokens.has(join.b)).map(({ a, b, ...join }) => ({ ...join, a: a.token, b: b.token })),
    near: [...traces.near].map(([node, { count: times, reasons }]: [string, NearNode]) => [node, times, [...reasons]]),
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

function sparse(all: Dwell | null): SavedDwell {
  return all === null ? [] : [...all.buckets].flatMap((count, bucket) => count > 0 ? [bucket, count] : []);
}

function saved(traces: Traces, trace: Trace): SavedTrace {
  const places = new Map<Holder, number>(trace.tokens.map((holder, n) => [holder, n]));
  const { seq, base, events, dropped, firstAt, seenAt, partial, horizon } = trace;
  return {
    seq,
    tokens: trace.tokens.map((holder) => [holder.token, holder.kind]), links: trace.links.map((link) => [places.get(link.a) ?? 0, places.get(link.b) ?? 0]),
    marks: trace.marks.map((mark) => [mark.id, mark.name, mark.type, mark.at, mark.arrived, mark.late ? 1 : 0, places.get(mark.owner) ?? 0, mark.lit, mark.order === Infinity ? null : mark.order, mark.heard]),
    keys: settledKeys(traces, trace).map((key) => savedKey(traces, key)).filter((key) => key !== null),
    base, horizon: horizon === -Infinity ? null : horizon, events, dropped, firstAt, seenAt, partial,
  };
}

/** Keys that the trace counted for with marks it no longer has. */
function settledKeys(traces: Traces, trace: Trace): readonly number[] {
  const left = new Map(trace.tally);
  for (const key of trace.marks.flatMap((mark) => keysOf(traces, mark))) left.set(key, (left.get(key) ?? 0) - 1);
  return [...left].filter(([, times]) => times > 0).map(([key]) => key);
}

function keysOf(traces: Traces, mark: Mark): number[] {
  const keys = [...mark.lit];
  for (const edge of mark.route?.edges ?? []) keys.push(traces.counts.nodes + edge);
  if (mark.jump >= 0) keys.push(jumpKey(traces.counts, mark.jump));
  return keys;
}
