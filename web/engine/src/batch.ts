/** Frames of one stream as one: counts and ledgers are added, so that nothing is lost but detail. */
import { plus } from "./ledger.ts";
import type { Batch, Ledger } from "./wire.gen.ts";

type Counts = Readonly<Record<string, number>>;
/** A batch, or what the session log keeps of one. */
export type Summable = Omit<Batch, "events">;

const NOTHING: Ledger = { offered: 0, lit: 0, unmapped: 0, filtered: 0, missed: 0, carried: 0, thinned: 0, sampled_out: 0, forgotten: 0 };

/** A frame of nothing, from nowhere to nowhere. */
export const EMPTY: Summable & { readonly events: readonly [] } = { op: "batch", from: "", position: "", counts: {}, unmapped: {}, other: 0, events: [], threshold: 1, ledger: NOTHING };

/** Names that a merged frame counts apart at most; only garbage reaches it. */
const NAMES = 5000;

/** `frames`, oldest first, as one with at most `most` events, the youngest; null where there are none. */
export function merge(frames: readonly Batch[], most: number): Batch | null {
  const summed = summary(frames);
  if (summed === null) return null;
  const events = most <= 0 ? [] : frames.flatMap((frame) => frame.events).slice(-most);
  return { ...summed, events };
}

/** The counts of `frames`, oldest first, as those of one frame. */
export function summary(frames: readonly Summable[]): Summable | null {
  const first = frames[0], last = frames.at(-1);
  if (first === undefined || last === undefined) return null;
  return {
    op: "batch", from: first.from, position: last.position, counts: sum(frames.map((frame) => frame.counts)), unmapped: sum(frames.map((frame) => frame.unmapped)),
    other: frames.reduce((all, frame) => all + frame.other, 0), threshold: Math.min(...frames.map((frame) => frame.threshold)),
    ledger: frames.reduce((all, frame) => plus(all, frame.ledger), NOTHING),
  };
}

/** Adds count records key by key. */
export function sum(records: readonly Counts[]): Record<string, number> {
  const all = new Map<string, number>();
  for (const record of records)
    for (const [key, n] of Object.entries(record)) {
      const known = all.get(key);
      if (known !== undefined || all.size < NAMES) all.set(key, (known ?? 0) + n);
    }
  return Object.fromEntries(all);
}
