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
  weight: number;
}

export function createLog(): Log {
  return { entries: [], head: null, dropped: 0, weight: 0 };
}

/** What an entry weighs beside the names it counts. */
const ENTRY = 4;

/** Writes one entry; when all weigh more than `most` (names counted, and a little for each entry), the oldest quarter is summed into the head. */
export function write(log: Log, entry: Logged, most: number): void {
  log.entries.push(entry);
  log.weight += weight(entry);
  if (log.weight <= most) return;
  const old = log.entries.splice(0, Math.max(1, log.entries.length >> 2));
  for (const one of old) log.weight -= weight(one);
  const batches = old.filter((one) => one.kind === "batch");
  log.dropped += old.filter((one) => one.kind === "tap").length;
  const frame = summary([...(log.head === null ? [] : [log.head.frame]), ...batches.map((one) => one.frame)]);
  if (frame !== null) log.head = { at: batches.at(-1)?.at ?? log.head?.at ?? entry.at, frame: { ...frame, rows: [] } };
}

function weight(entry: Logged): number {
  if (entry.kind !== "batch") return ENTRY;
  let names = ENTRY;
  for (const counts of [entry.frame.counts, entry.frame.unmapped]) for (const name in counts) if (Object.hasOwn(counts, name)) names += 1;
  return names;
}
