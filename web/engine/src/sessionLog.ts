/** The session log as it is collected, and its expansion into frames and messages. */
import { type EventBuffer, type Row, rowAt, toTap, toWire } from "./eventBuffer.ts";
import { type BatchCounts, condense, EMPTY_BATCH, type EntryKinds, sumBatches } from "./ledger.ts";
import type { TapMessage, TapStage } from "./tapMessage.ts";
import type { Batch, Change, Frame, Gap } from "./wire.gen.ts";

// Buffer: frames without their events, which are rows of the event buffer, so that nothing is
// stored twice.

/** A batch without events; `rows` are the numbers of those that it brought, or met as a twin. */
export interface LoggedBatch extends BatchCounts {
  readonly rows: readonly number[];
}

/** One entry of the log in memory. Events stand in the event buffer, and entries name their rows.
 */
export type LogEntry =
  | { readonly at: number; readonly kind: "batch"; readonly frame: LoggedBatch }
  | { readonly at: number; readonly kind: "frame"; readonly frame: Gap | Change }
  | { readonly at: number; readonly kind: "tap"; readonly row: number; readonly stage: TapStage; readonly reason: string };

/** The session's log in memory; older entries are condensed. */
export interface LogBuffer {
  entries: LogEntry[];
  /** Condensed entries: the oldest batches as sums, the gaps between them, and the last change. */
  head: LogEntry[];
  /** Stages of local messages that were dropped. */
  dropped: number;
  weight: number;
}

/** An empty log. */
export function createLogBuffer(): LogBuffer {
  return { entries: [], head: [], dropped: 0, weight: 0 };
}

/** What an entry weighs beside the names it counts. */
const ENTRY_WEIGHT = 4;
/** Gaps that the head keeps apart: more than a stream makes in hours. */
const MAX_GAPS = 256;

/** Writes one entry; when all weigh more than `most` (names counted, and a little for each entry),
 * the oldest quarter is summed into the head. Local messages of it that are `alone`, without a
 * remote twin, and have no later stage are missed from then on.
 */
export function appendEntry(log: LogBuffer, entry: LogEntry, most: number, alone: (row: number) => boolean = () => true): void {
  log.entries.push(entry);
  log.weight += entryWeight(entry);
  if (log.weight <= most) return;
  const old = log.entries.splice(0, Math.max(1, log.entries.length >> 2));
  for (const one of old) log.weight -= entryWeight(one);
  const changes = [...log.head, ...old].filter((one) => one.kind === "frame" && one.frame.op === "change");
  const taps = old.filter((one) => one.kind === "tap");
  const later = new Set(log.entries.map((one) => (one.kind === "tap" ? one.row : -1)));
  const missed = new Set(taps.map(({ row }) => row).filter((row) => !later.has(row) && alone(row))).size;
  log.dropped += taps.length;
  const remaining = [...log.head, ...old].filter((one) => one.kind !== "tap" && (!changes.includes(one) || one === changes.at(-1)));
  if (missed > 0) remaining.unshift(KINDS.ownGap({ op: "gap", from: "", to: "", missed, reason: "more local events than the session log of this tab holds" }, remaining[0]?.at ?? entry.at));
  log.head = condense(remaining, MAX_GAPS, KINDS);
  const sums = log.head.filter(KINDS.isBatch);
  if (sums.length > 1 && sums.reduce((sum, one) => sum + entryWeight(one), 0) > most) log.head = condense(remaining, 0, KINDS);
}

const KINDS: EntryKinds<LogEntry> = {
  isBatch: ({ kind }) => kind === "batch",
  gapOf: (entry) => (entry.kind === "frame" && entry.frame.op === "gap" ? entry.frame : null),
  sum: (run) => {
    const batches = run.flatMap((entry) => (entry.kind === "batch" ? [entry.frame] : []));
    return { kind: "batch", at: run.at(-1)?.at ?? 0, frame: { ...(sumBatches(batches) ?? EMPTY_BATCH), rows: [] } };
  },
  ownGap: (frame, at) => ({ kind: "frame", at, frame }),
  emptyBatch: ({ from, to }, at) => ({ kind: "batch", at, frame: { ...EMPTY_BATCH, from, position: to, rows: [] } }),
};

function entryWeight(entry: LogEntry): number {
  if (entry.kind !== "batch") return ENTRY_WEIGHT;
  let names = ENTRY_WEIGHT;
  for (const counts of [entry.frame.counts, entry.frame.unmapped]) for (const name in counts) if (Object.hasOwn(counts, name)) names += 1;
  return names;
}

// Expansion of the buffer into frames and messages.

/** One entry of a log with its events in it, as it is saved. */
export type ExpandedEntry = { readonly at: number; readonly kind: "frame"; readonly frame: Frame } | { readonly at: number; readonly kind: "tap"; readonly message: TapMessage };

/** Every frame and message of the log, oldest first; events that have left both buffers are
 * missing, their counts are not.
 */
export function* expandLog(log: LogBuffer, events: EventBuffer, before: EventBuffer = events): Generator<ExpandedEntry> {
  const find = (row: number): Row | null => rowAt(events, row) ?? rowAt(before, row);
  for (const entry of [...log.head, ...log.entries]) {
    if (entry.kind === "batch") yield { at: entry.at, kind: "frame", frame: withEvents(entry.frame, find) };
    else if (entry.kind === "frame") yield entry;
    else {
      const row = find(entry.row);
      if (row !== null) yield { at: entry.at, kind: "tap", message: toTap(row, entry.stage, entry.reason) };
    }
  }
}

function withEvents(frame: LoggedBatch, find: (row: number) => Row | null): Batch {
  const { rows, ...rest } = frame;
  return { ...rest, events: rows.map(find).filter((row): row is Row => row !== null).map(toWire) };
}
