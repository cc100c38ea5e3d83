/** Two frames of one stream as one: counts and ledgers are added, so that nothing is lost but detail. */
import { plus } from "./ledger.ts";
import type { Batch } from "./wire.gen.ts";

/** A frame in which nothing happened. */
export const NOTHING: Batch = {
  op: "batch", from: "", position: "", counts: {}, unmapped: {}, other: 0, events: [], threshold: 1,
  ledger: { offered: 0, lit: 0, unmapped: 0, filtered: 0, missed: 0, carried: 0, thinned: 0, sampled_out: 0 },
};

/** `older` and `younger` as one frame with at most `events` events, the youngest. */
export function merge(older: Batch, younger: Batch, events: number): Batch {
  const all = older.events.length === 0 ? younger.events : [...older.events, ...younger.events];
  return {
    op: "batch", from: older.from === "" ? younger.from : older.from, position: younger.position, counts: sum(older.counts, younger.counts), unmapped: sum(older.unmapped, younger.unmapped),
    other: older.other + younger.other, events: all.length > events ? all.slice(all.length - events) : all,
    threshold: Math.min(older.threshold, younger.threshold), ledger: plus(older.ledger, younger.ledger),
  };
}

/** Names that a merged frame counts apart at most. */
const NAMES = 5000;

/** Adds two count records key by key; keys beyond a bound are left out, which only garbage reaches. */
export function sum(a: Readonly<Record<string, number>>, b: Readonly<Record<string, number>>): Record<string, number> {
  const both = new Map(Object.entries(a));
  for (const [key, n] of Object.entries(b)) if (both.has(key) || both.size < NAMES) both.set(key, (both.get(key) ?? 0) + n);
  return Object.fromEntries(both);
}
