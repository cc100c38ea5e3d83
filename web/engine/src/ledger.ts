/** The ledger: frame counts, ingest counters, gaps, and the merging of frames. */
import { type CountedApart, sumTests } from "./testEvents.ts";
import type { Batch, IngestCounters, Gap, FrameCounts } from "./wire.gen.ts";

// The sums of a watch session's ledger, and what was missed.

/** The sums of a frame's counts since On. */
export type FrameSums = { -readonly [K in keyof FrameCounts]: number };

/** Events that did not arrive, by what is known of them. */
export interface MissedEvents {
  /** Events known to be missed, and the number of gaps of unknown size. */
  exact: number;
  unknown: number;
  /** The last gaps, newest last. */
  readonly gaps: { readonly at: number; readonly missed: number | null; readonly reason: string }[];
}

/** Gaps remembered one by one. */
const MAX_GAPS = 50;

/** Sums at zero. */
export function createFrameSums(): FrameSums {
  return { offered: 0, lit: 0, unmapped: 0, filtered: 0, missed: 0, carried: 0, thinned: 0, sampled_out: 0, forgotten: 0 };
}

/** Nothing missed. */
export function createMissedEvents(): MissedEvents {
  return { exact: 0, unknown: 0, gaps: [] };
}

/** `a` and `b` together. */
export function addCounts(a: FrameCounts, b: FrameCounts): FrameSums {
  return {
    offered: a.offered + b.offered, lit: a.lit + b.lit, unmapped: a.unmapped + b.unmapped, filtered: a.filtered + b.filtered,
    missed: a.missed + b.missed, carried: a.carried + b.carried, thinned: a.thinned + b.thinned, sampled_out: a.sampled_out + b.sampled_out,
    forgotten: a.forgotten + b.forgotten,
  };
}

/** Counts a gap: a known loss enters the sums as offered and missed, an unknown one is a gap and
 * nothing else.
 */
export function countMissed(sums: FrameSums, missed: MissedEvents, gap: Pick<Gap, "missed" | "reason">, at: number): void {
  if (gap.missed === null) missed.unknown += 1;
  else {
    missed.exact += gap.missed;
    sums.offered += gap.missed;
    sums.missed += gap.missed;
  }
  missed.gaps.push({ at, missed: gap.missed, reason: gap.reason });
  if (missed.gaps.length > MAX_GAPS) missed.gaps.shift();
}

/** Whether `offered = lit + unmapped + filtered + missed` and `lit + unmapped = carried + thinned +
 * sampled_out + forgotten`.
 */
export function balances(sums: FrameCounts): boolean {
  return sums.offered === sums.lit + sums.unmapped + sums.filtered + sums.missed && sums.lit + sums.unmapped === sums.carried + sums.thinned + sums.sampled_out + sums.forgotten;
}

// Ingest counters per source since On, counted from their values at the first hello.

/** A source's ingest counters: as the server told them last, and what was added since On. */
export interface CountersSinceOn {
  last: IngestCounters;
  since: IngestCounters;
}

/** Ingest counters by the source's name. */
export type CountersBySource = Map<string, CountersSinceOn>;

const NO_INGEST: IngestCounters = { received: 0, refused: {}, rate_limited: 0, unwatched: 0, duplicate: 0, taken: 0 };
/** Sources counted apart at most: a configuration has fewer. */
const MAX_SOURCES = 500;

/** Sets the counters of a hello as baseline. A later hello adds to what was counted, unless another
 * process answers (a counter fell).
 */
export function setBaseline(doors: CountersBySource, ledger: Readonly<Record<string, IngestCounters>>): void {
  for (const [source, door] of Object.entries(ledger)) {
    const known = doors.get(source);
    if (known === undefined) { if (doors.size < MAX_SOURCES) doors.set(source, { last: door, since: NO_INGEST }); }
    else if (hasFallen(known.last, door)) known.last = door;
    else advanceCounters(known, door);
  }
}

/** Adds the difference to the last counters. Counters that fell come from another process at an
 * earlier moment and are ignored; a process that restarted says hello.
 */
export function addCounters(doors: CountersBySource, ledger: Readonly<Record<string, IngestCounters>>): void {
  for (const [source, door] of Object.entries(ledger)) {
    let known = doors.get(source);
    if (known === undefined) {
      if (doors.size >= MAX_SOURCES) continue;
      known = { last: NO_INGEST, since: NO_INGEST };
      doors.set(source, known);
    }
    if (!hasFallen(known.last, door)) advanceCounters(known, door);
  }
}

/** Whether a source's counters balance. */
export function countersBalance(door: IngestCounters): boolean {
  return door.received === Object.values(door.refused).reduce((sum, n) => sum + n, 0) + door.rate_limited + door.unwatched + door.duplicate + door.taken;
}

function hasFallen(last: IngestCounters, door: IngestCounters): boolean {
  return door.received < last.received || door.taken < last.taken;
}

function advanceCounters(known: CountersSinceOn, door: IngestCounters): void {
  const { last, since } = known;
  const refused = { ...since.refused };
  for (const [code, n] of Object.entries(door.refused)) refused[code] = (refused[code] ?? 0) + n - (last.refused[code] ?? 0);
  known.since = {
    received: since.received + door.received - last.received, refused,
    rate_limited: since.rate_limited + door.rate_limited - last.rate_limited,
    unwatched: since.unwatched + door.unwatched - last.unwatched,
    duplicate: since.duplicate + door.duplicate - last.duplicate,
    taken: since.taken + door.taken - last.taken,
    ...optionalCounter("placeholder", known, door), ...optionalCounter("shared_id", known, door), ...optionalCounter("gaps", known, door),
  };
  known.last = door;
}

/** A counter outside the balance; it is left out while it is 0. */
function optionalCounter(name: "placeholder" | "shared_id" | "gaps", { last, since }: CountersSinceOn, door: IngestCounters): Partial<IngestCounters> {
  const counted = (since[name] ?? 0) + (door[name] ?? 0) - (last[name] ?? 0);
  return counted > 0 ? { [name]: counted } : {};
}

// Merging: frames of one stream become one by adding their counts, so that only detail is lost.

type Counts = Readonly<Record<string, number>>;
/** A batch, or what the session log keeps of one. */
export type BatchCounts = Omit<Batch, "events"> & CountedApart;

const NO_COUNTS: FrameCounts = { offered: 0, lit: 0, unmapped: 0, filtered: 0, missed: 0, carried: 0, thinned: 0, sampled_out: 0, forgotten: 0 };

/** A frame of nothing, from nowhere to nowhere. */
export const EMPTY_BATCH: BatchCounts & { readonly events: readonly [] } = { op: "batch", from: "", position: "", counts: {}, unmapped: {}, other: 0, events: [], threshold: 1, ledger: NO_COUNTS };

/** Names counted apart in a merged frame at most. */
const MAX_NAMES = 5000;

/** Merges `frames`, oldest first, into one with at most `most` events, the youngest; null without
 * frames.
 */
export function mergeBatches(frames: readonly Batch[], most: number): Batch | null {
  const summed = sumBatches(frames);
  if (summed === null) return null;
  const events = most <= 0 ? [] : frames.flatMap((frame) => frame.events).slice(-most);
  return { ...summed, events };
}

/** The counts of `frames`, oldest first, as those of one frame. */
export function sumBatches(frames: readonly BatchCounts[]): BatchCounts | null {
  const first = frames[0], last = frames.at(-1);
  if (first === undefined || last === undefined) return null;
  const tests = sumTests(frames);
  return {
    ...(tests === undefined ? {} : { tests }),
    op: "batch", from: first.from, position: last.position, counts: sumCounts(frames.map((frame) => frame.counts)), unmapped: sumCounts(frames.map((frame) => frame.unmapped)),
    other: frames.reduce((all, frame) => all + frame.other, 0), threshold: Math.min(...frames.map((frame) => frame.threshold)),
    ledger: frames.reduce((all, frame) => addCounts(all, frame.ledger), NO_COUNTS),
  };
}

/** Adds count records key by key. */
export function sumCounts(records: readonly Counts[]): Record<string, number> {
  const all = new Map<string, number>();
  for (const record of records)
    for (const [key, n] of Object.entries(record)) {
      const known = all.get(key);
      if (known !== undefined || all.size < MAX_NAMES) all.set(key, (known ?? 0) + n);
    }
  return Object.fromEntries(all);
}

// Condensing: runs of batches become one each, and gaps keep their positions between them.

/** How entries of one kind of list are read and made. */
export interface EntryKinds<E> {
  readonly isBatch: (entry: E) => boolean;
  readonly gapOf: (entry: E) => Gap | null;
  /** A run of batches, oldest first, as one. The youngest run is summed first. */
  readonly sum: (run: readonly E[]) => E;
  /** A gap of this tab's own making, which begins and ends nowhere. */
  readonly ownGap: (gap: Gap, at: number) => E;
  /** A batch of nothing from where a gap begins to where it ends. */
  readonly emptyBatch: (gap: Gap, at: number) => E;
}

/** `entries`, in the order of their times, with each run of batches as one. Beyond `most` gaps the
 * oldest become two: one of known size, their sum, and one of unknown size.
 */
export function condense<E extends { readonly at: number }>(entries: readonly E[], most: number, kinds: EntryKinds<E>): E[] {
  const located = entries.filter((entry) => isLocated(kinds.gapOf(entry)));
  const folded = new Set(located.slice(0, Math.max(0, located.length - most)));
  const parts: (E | E[])[] = [];
  let run: E[] = [];
  let [known, unknown, reason] = [0, false, ""];
  for (const entry of entries) {
    const gap = kinds.gapOf(entry);
    const add = (batch: E): void => {
      if (run.length === 0) parts.push(run);
      run.push(batch);
    };
    if (kinds.isBatch(entry)) add(entry);
    else if (gap === null) parts.push(entry);
    else if (isLocated(gap) && !folded.has(entry)) {
      if (gap.from !== "") run = [];
      parts.push(entry);
    } else {
      known += gap.missed ?? 0;
      unknown ||= gap.missed === null;
      reason = gap.reason;
      if (gap.from !== "") add(kinds.emptyBatch(gap, entry.at));
    }
  }
  const output = parts.reverse().map((part) => (Array.isArray(part) ? kinds.sum(part) : part)).reverse();
  const own = (missed: number | null): E => kinds.ownGap({ op: "gap", from: "", to: "", missed, reason }, entries[0]?.at ?? 0);
  return [...(known > 0 ? [own(known)] : []), ...(unknown ? [own(null)] : []), ...output].sort((a, b) => a.at - b.at);
}

/** Whether a gap says more than a number: where it lies, or that its size is not known. */
function isLocated(gap: Gap | null): boolean {
  return gap !== null && (gap.from !== "" || gap.missed === null);
}
