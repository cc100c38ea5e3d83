/** The session log as it is collected: frames without their events, which are rows of the ring, so that nothing is held twice. */
import { sum } from "./batch.ts";
import { plus } from "./ledger.ts";
import type { TapStage } from "./tap.ts";
import type { Batch, Change, Gap } from "./wire.gen.ts";

/** A batch without events; `rows` are those of the ring that it brought, or met as a twin. */
export interface LoggedBatch extends Omit<Batch, "events"> {
  readonly rows: readonly number[];
}

export type Logged =
  | { readonly at: number; readonly kind: "batch"; readonly frame: LoggedBatch }
  | { readonly at: number; readonly kind: "frame"; readonly frame: Gap | Change }
  | { readonly at: number; readonly kind: "tap"; readonly row: number; readonly stage: TapStage; readonly reason: string };

export interface Log {
  entries: Logged[];
  /** What made room: the oldest batches as one, and local events that are gone. */
  head: { readonly at: number; readonly frame: LoggedBatch } | null;
  dropped: number;
}

export function createLog(): Log {
  return { entries: [], head: null, dropped: 0 };
}

/** Writes one entry; when there are more than `most`, the oldest quarter is summed into the head. */
export function write(log: Log, entry: Logged, most: number): void {
  log.entries.push(entry);
  if (log.entries.length <= most) return;
  const end = Math.max(1, most >> 2);
  for (const old of log.entries.slice(0, end)) {
    if (old.kind === "tap") log.dropped += 1;
    if (old.kind === "batch") log.head = { at: old.at, frame: log.head === null ? { ...old.frame, rows: [] } : join(log.head.frame, old.frame) };
  }
  log.entries = log.entries.slice(end);
}

function join(older: LoggedBatch, younger: LoggedBatch): LoggedBatch {
  return {
    op: "batch", from: older.from, position: younger.position, counts: sum(older.counts, younger.counts), unmapped: sum(older.unmapped, younger.unmapped),
    other: older.other + younger.other, threshold: Math.min(older.threshold, younger.threshold), ledger: plus(older.ledger, younger.ledger), rows: [],
  };
}
