/** Takes saved traces up again: paths are derived from the marks, counts are as they were saved. */
import type { Graph } from "../wire.gen.ts";
import { emptyCell, jumpKey } from "./counts.ts";
import { dwell, type Dwell } from "./dwell.ts";
import { rebuild } from "./join.ts";
import { keep } from "./jumps.ts";
import type { SavedDwell, SavedKey, SavedTrace, SavedTraces } from "./save.ts";
import { createTrace, NOWHERE } from "./trace.ts";
import { createTraces } from "./traces.ts";
import type { Bounds, Holder, Mark, Traces } from "./types.ts";

/** Null where the graph is of another version. `saved` must come from `save`; text from elsewhere is checked by the caller. */
export function load(graph: Graph, saved: SavedTraces, bounds: Partial<Bounds> = {}): Traces | null {
  if (saved.version !== graph.version) return null;
  const traces = createTraces(graph, bounds);
  for (const [token, hue] of saved.held) traces.held.set(token, hue);
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
  trace.tokens = saved.tokens.map(([token, kind]): Holder => ({ token, kind, trace, apart: null }));
  for (const holder of trace.tokens) traces.tokens.set(holder.token, holder);
  trace.held = trace.tokens.filter((holder) => traces.held.has(holder.token)).length;
  trace.links = saved.links.flatMap(([m, n]) => {
    const [a, b] = [trace.tokens[m], trace.tokens[n]];
    return a === undefined || b === undefined ? [] : [{ a, b }];
  });
  const { seq, base, events, dropped, seenAt, partial, horizon } = saved;
  Object.assign(trace, { seq, base, events, dropped, seenAt, partial, horizon: horizon ?? -Infinity });
  trace.tally = new Map(saved.keys.map((key) => [keyOf(traces, key), 1]));
  const marks = saved.marks.flatMap(([id, name, type, at, arrived, late, owner, lit, order, heard]): Mark[] => {
    const holder = trace.tokens[owner];
    return holder === undefined ? [] : [{ id, name, type, at, arrived, order: order ?? Infinity, heard: heard ?? 0, late: late === 1, owner: holder, lit, move: "unmapped", from: -1, route: null, jump: -1, gap: 0, after: NOWHERE }];
  });
  rebuild(traces, trace, marks);
  traces.marks += marks.length;
}

/** Saved counts hold everything, what was derived just now too: they replace it. */
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
  return typeof key === "number" ? key : jumpKey(traces.counts, keep(traces.jumps, key[0], key[1], () => 0).id);
}

function dense(sparse: SavedDwell): Dwell | null {
  if (sparse.length === 0) return null;
  const all = dwell();
  all.buckets = new Uint32Array((sparse.at(-2) ?? 0) + 1);
  for (let n = 0; n + 1 < sparse.length; n += 2) {
    all.buckets[sparse[n] ?? 0] = sparse[n + 1] ?? 0;
    all.count += sparse[n + 1] ?? 0;
  }
  return all;
}
