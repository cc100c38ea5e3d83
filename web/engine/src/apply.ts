/** Counts what came: a frame's exact counts first, its events as decoration; a local message by itself. */
import { carry } from "./carry.ts";
import { lightOf, logged } from "./kept.ts";
import { glow } from "./light.ts";
import { miss, plus } from "./ledger.ts";
import type { Out } from "./out.ts";
import type { State } from "./state.ts";
import { countRemote } from "./tally.ts";
import { add } from "./window.ts";
import { unmappedRemote } from "./unmapped.ts";
import type { Batch, Gap } from "./wire.gen.ts";

/** Counts a frame at `at`, lights what it lit and tells `out`. */
export function countBatch(state: State, batch: Batch, at: number, out: Out): void {
  const { kept, options } = state;
  const seen = carry(state, batch.events, at, isHistory(batch), out);
  logged(kept, { kind: "batch", at, frame: { ...without(batch), rows: seen.rows } }, options.log);
  kept.sums = plus(kept.sums, batch.ledger);
  state.threshold = Math.min(state.threshold, batch.threshold);
  if (batch.threshold < 1 || batch.ledger.thinned > 0) state.thinnedAt ??= at;
  const { counts, unmapped, moved } = rebound(state, batch);
  for (const [node, n] of Object.entries(counts)) {
    const light = lightOf(kept.nodes, node, options.nodes);
    if (light === null) continue;
    const uncarried = Math.max(0, n - (seen.carried.get(node) ?? 0));
    const twins = seen.twins.get(node) ?? 0;
    const waiting = light.waiting;
    const fresh = countRemote(light, n, twins, uncarried);
    glow(light, at, fresh);
    const silent = uncarried - Math.max(0, waiting - light.waiting - Math.min(waiting, twins));
    if (silent > 0 && kept.view.filtered === null) out.hit({ node, at, late: false, token: null, count: silent });
  }
  const uncarriedEvents = batch.ledger.thinned + batch.ledger.sampled_out + batch.ledger.forgotten;
  for (const [name, n] of Object.entries(unmapped)) {
    const there = seen.names.get(name) ?? { carried: 0, twins: 0 };
    unmappedRemote(kept.unmapped, name, n, there.twins, Math.max(0, n - there.carried), at, options.unmapped);
  }
  countRemote(kept.unmapped.other, batch.other, 0, Math.min(batch.other, uncarriedEvents));
  for (const [name, row] of seen.samples) {
    const entry = kept.unmapped.names.get(name);
    if (entry !== undefined) entry.sample = row;
  }
  const lit = batch.ledger.lit + moved;
  countRemote(kept.mapped, lit, seen.mappedTwins, Math.max(0, lit - seen.mappedCarried));
  const fresh = countRemote(kept.total, batch.ledger.lit + batch.ledger.unmapped, seen.eventTwins, uncarriedEvents);
  glow(kept.total, at, fresh);
  add(kept.sparkline, at, fresh);
}

/** A frame that covers nothing brings what a trace did before it was followed. */
function isHistory(batch: Batch): boolean {
  return batch.from === batch.position && batch.ledger.offered === 0;
}

/** Counts a gap. */
export function countGap(state: State, gap: Gap, at: number): void {
  miss(state.kept.sums, state.kept.missed, gap, at);
  logged(state.kept, { kind: "frame", at, frame: gap }, state.options.log);
}

/** A frame's counts with bound names counted at their node; `moved` of its unmapped events are so mapped. */
function rebound(state: State, batch: Batch): { counts: Readonly<Record<string, number>>; unmapped: Readonly<Record<string, number>>; moved: number } {
  const bound = Object.entries(batch.unmapped).filter(([name]) => state.binds.has(name));
  if (bound.length === 0) return { counts: batch.counts, unmapped: batch.unmapped, moved: 0 };
  const counts = new Map(Object.entries(batch.counts));
  const unmapped = new Map(Object.entries(batch.unmapped));
  let moved = 0;
  for (const [name, n] of bound) {
    const node = state.binds.get(name) ?? "";
    counts.set(node, (counts.get(node) ?? 0) + n);
    unmapped.delete(name);
    moved += n;
  }
  return { counts: Object.fromEntries(counts), unmapped: Object.fromEntries(unmapped), moved };
}

function without(batch: Batch): Omit<Batch, "events"> {
  return {
    op: "batch", from: batch.from, position: batch.position, counts: batch.counts, unmapped: batch.unmapped, other: batch.other,
    threshold: batch.threshold, ledger: batch.ledger,
  };
}
