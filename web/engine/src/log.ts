/** The session log as it is collected: frames without their events, which are rows of the ring, so that nothing is held twice. */
import { summary, type Summable } from "./batch.ts";
import type { TapStage } from "./tap.ts";
import type { Change, Gap } from "./wire.gen.ts";

/** A batch without events; `rows` are those of the ring that it brought, or met as a twin. */
export interface LoggedBatch extends Summable {
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
  const old = log.entries.splice(0, Math.max(1, most >> 2));
  const batches = old.filter((one) => one.kind === "batch");
  log.dropped += old.filter((one) => one.kind === "tap").length;
  const frame = summary([...(log.head === null ? [] : [log.head.frame]), ...batches.map((one) => one.frame)]);
  if (frame !== null) log.head = { at: batches.at(-1)?.at ?? log.head?.at ?? entry.at, frame: { ...frame, rows: [] } };
}
