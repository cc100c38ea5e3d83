/** The session log as it is collected: frames without their events, which are rows of the ring, so that nothing is held twice. */
import { EMPTY, summary, type Summable } from "./batch.ts";
import { condense, type Kinds } from "./condense.ts";
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
  /** What made room: the oldest batches as sums, with the gaps between them and the last change. */
  head: Logged[];
  /** Stages of local messages that made room. */
  dropped: number;
  weight: number;
}

export function createLog(): Log {
  return { entries: [], head: [], dropped: 0, weight: 0 };
}

/** What an entry weighs beside the names it counts. */
const ENTRY = 4;
/** Gaps that the head keeps apart: more than a stream makes in hours. */
const GAPS = 256;

/** Writes one entry; when all weigh more than `most` (names counted, and a little for each entry), the oldest quarter is summed into the head.
 * Local messages of it that are `alone`, without a remote twin, and have no later stage are missed from then on. */
export function write(log: Log, entry: Logged, most: number, alone: (row: number) => boolean = () => true): void {
  log.entries.push(entry);
  log.weight += weight(entry);
  if (log.weight <= most) return;
  const old = log.entries.splice(0, Math.max(1, log.entries.length >> 2));
  for (const one of old) log.weight -= weight(one);
  const changes = [...log.head, ...old].filter((one) => one.kind === "frame" && one.frame.op === "change");
  const taps = old.filter((one) => one.kind === "tap");
  const later = new Set(log.entries.map((one) => (one.kind === "tap" ? one.row : -1)));
  const missed = new Set(taps.map(({ row }) => row).filter((row) => !later.has(row) && alone(row))).size;
  log.dropped += taps.length;
  const kept = [...log.head, ...old].filter((one) => one.kind !== "tap" && (!changes.includes(one) || one === changes.at(-1)));
  if (missed > 0) kept.unshift(KINDS.made({ op: "gap", from: "", to: "", missed, reason: "more local events than the session log of this tab holds" }, kept[0]?.at ?? entry.at));
  log.head = condense(kept, GAPS, KINDS);
  const sums = log.head.filter(KINDS.isBatch);
  if (sums.length > 1 && sums.reduce((sum, one) => sum + weight(one), 0) > most) log.head = condense(kept, 0, KINDS);
}

const KINDS: Kinds<Logged> = {
  isBatch: ({ kind }) => kind === "batch",
  gapOf: (entry) => (entry.kind === "frame" && entry.frame.op === "gap" ? entry.frame : null),
  sum: (run) => {
    const batches = run.flatMap((entry) => (entry.kind === "batch" ? [entry.frame] : []));
    return { kind: "batch", at: run.at(-1)?.at ?? 0, frame: { ...(summary(batches) ?? EMPTY), rows: [] } };
  },
  made: (frame, at) => ({ kind: "frame", at, frame }),
  span: ({ from, to }, at) => ({ kind: "batch", at, frame: { ...EMPTY, from, position: to, rows: [] } }),
};

function weight(entry: Logged): number {
  if (entry.kind !== "batch") return ENTRY;
  let names = ENTRY;
  for (const counts of [entry.frame.counts, entry.frame.unmapped]) for (const name in counts) if (Object.hasOwn(counts, name)) names += 1;
  return names;
}
