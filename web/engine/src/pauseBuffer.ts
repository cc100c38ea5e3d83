/** Pause: the picture's clock, and the buffer of what arrives while it stands still. */
import { condense, EMPTY_BATCH, mergeBatches } from "./ledger.ts";
import { sizeOf } from "./size.ts";
import type { TapMessage } from "./tapMessage.ts";
import type { Batch, Gap } from "./wire.gen.ts";

/** The picture's clock: it stands still during a pause, and runs faster while catching up. */
export interface Clock {
  /** The moment the picture shows since it was paused; null while it shows the present. */
  frozenAt: number | null;
  /** Set while catching up: when that began, and how many times as fast as time. */
  catchUp: { from: number; speed: number } | null;
}

/** A clock that runs. */
export function createClock(): Clock {
  return { frozenAt: null, catchUp: null };
}

/** The moment that the picture shows when the viewer's clock says `at`. */
export function shownAt(clock: Clock, at: number): number {
  if (clock.frozenAt === null) return at;
  if (clock.catchUp === null) return clock.frozenAt;
  return Math.min(at, clock.frozenAt + Math.max(0, at - clock.catchUp.from) * clock.catchUp.speed);
}

/** Stops the clock at the moment that is shown. */
export function pause(clock: Clock, at: number): void {
  clock.frozenAt = shownAt(clock, at);
  clock.catchUp = null;
}

/** Ends a pause: at once, or catching up at `speed` (above 1). */
export function resume(clock: Clock, at: number, speed: number | undefined): void {
  if (clock.frozenAt === null) return;
  if (speed !== undefined && speed > 1) clock.catchUp = { from: at, speed };
  else showPresent(clock);
}

/** Back to the present. */
export function showPresent(clock: Clock): void {
  clock.frozenAt = null;
  clock.catchUp = null;
}

/** Whether the present has been reached. */
export function caughtUp(clock: Clock, at: number): boolean {
  return clock.frozenAt === null || (clock.catchUp !== null && shownAt(clock, at) >= at);
}

// Pause buffer: whole while it fits; then the oldest frames are merged, so that counts stay exact.

/** One thing that arrived while paused. */
export type PausedEntry =
  | { readonly at: number; readonly kind: "batch"; readonly frame: Batch }
  | { readonly at: number; readonly kind: "gap"; readonly frame: Gap }
  | { readonly at: number; readonly kind: "tap"; readonly message: TapMessage };

/** What arrived while paused, in order. */
export interface PauseBuffer {
  entries: PausedEntry[];
  /** Entries that are frames. */
  frames: number;
  /** Events carried in the entries; a large local message counts as several. */
  events: number;
  /** "+n": events that wait, carried or counted only. */
  pending: number;
}

/** An empty buffer. */
export function createPauseBuffer(): PauseBuffer {
  return { entries: [], frames: 0, events: 0, pending: 0 };
}

/** Bytes of a local message that count as one event: pages are not trusted to keep them small, the
 * server is.
 */
const EVENT_BYTES = 2048;

/** Frames kept apart at most. */
const MAX_FRAMES = 2048;
/** Gaps of the stream kept apart among the older ones: more than a stream makes in an hour of
 * pause.
 */
const MAX_GAPS = 256;

/** Adds an entry; `most` bounds the events carried. */
export function pushPaused(buffer: PauseBuffer, entry: PausedEntry, most: number): void {
  buffer.entries.push(entry);
  countEntries(buffer, [entry], 1);
  if (buffer.events > most || buffer.frames > MAX_FRAMES) compactBuffer(buffer, most);
}

/** Removes and returns the entries up to `until`, oldest first. */
export function drainUntil(buffer: PauseBuffer, until: number): readonly PausedEntry[] {
  const end = buffer.entries.findIndex((entry) => entry.at > until);
  const drained = buffer.entries.splice(0, end < 0 ? buffer.entries.length : end);
  countEntries(buffer, drained, -1);
  return drained;
}

/** Drops events that carry one of `tokens`; their counts stay. */
export function forgetPaused(buffer: PauseBuffer, tokens: ReadonlySet<string>): void {
  const free = (traces: readonly { readonly token: string }[]) => traces.every((trace) => !tokens.has(trace.token));
  const entries = buffer.entries.flatMap((entry): PausedEntry[] => {
    if (entry.kind === "tap") return free(entry.message.traces) ? [entry] : [];
    if (entry.kind === "gap") return [entry];
    return [{ ...entry, frame: { ...entry.frame, events: entry.frame.events.filter((event) => free(event.traces)) } }];
  });
  recount(buffer, entries);
}

/** Keeps the younger half as it is; sums the older frames, with the youngest of their events and
 * the gaps between them, and drops the oldest local messages, which are then missed.
 */
function compactBuffer(buffer: PauseBuffer, most: number): void {
  const cut = halfIndex(buffer.entries, most);
  recount(buffer, [...compactEntries(buffer.entries.slice(0, cut), Math.floor(most / 4), buffer.entries.slice(cut)), ...buffer.entries.slice(cut)]);
}

/** `entries` in less space: frames merged with the youngest `room` of their events, and as many of
 * the youngest local messages as weigh no more. A dropped first stage counts as missed, unless a
 * twin or another stage of that message stays in the result or in `later`.
 */
export function compactEntries(entries: readonly PausedEntry[], space: number, later: readonly PausedEntry[] = [], gaps = MAX_GAPS, weighs: (tap: PausedEntry) => number = eventCount): PausedEntry[] {
  const taps = entries.filter((entry) => entry.kind === "tap");
  let [gone, left] = [0, taps.reduce((sum, entry) => sum + weighs(entry), 0)];
  for (; left > space; gone += 1) left -= weighs(taps[gone] ?? EMPTY_GAP);
  const reported = new Set([...later, ...entries.filter((entry) => entry.kind === "batch"), ...taps.slice(gone)].flatMap(idsOf));
  const missed = new Set(taps.slice(0, gone).flatMap(({ message }) => (message.stage === "called" && !reported.has(message.messageId) ? [message.messageId] : []))).size;
  const dropped = new Set<PausedEntry>(taps.slice(0, gone));
  const remaining: PausedEntry[] = entries.filter((entry) => !dropped.has(entry));
  if (missed > 0) remaining.unshift({ kind: "gap", at: entries[0]?.at ?? 0, frame: { op: "gap", from: "", to: "", missed, reason: "paused longer than the buffer of this tab holds" } });
  let events = space;
  return condense(remaining, gaps, {
    isBatch: ({ kind }) => kind === "batch",
    gapOf: (entry) => (entry.kind === "gap" ? entry.frame : null),
    sum: (run) => {
      const frame = mergeBatches(run.flatMap((entry) => (entry.kind === "batch" ? [entry.frame] : [])), events) ?? EMPTY_BATCH;
      events -= frame.events.length;
      return { kind: "batch", at: run.at(-1)?.at ?? 0, frame };
    },
    ownGap: (frame, at) => ({ kind: "gap", at, frame }),
    emptyBatch: ({ from, to }, at) => ({ kind: "batch", at, frame: { ...EMPTY_BATCH, from, position: to } }),
  });
}

function idsOf(entry: PausedEntry): string[] {
  return entry.kind === "tap" ? [entry.message.messageId, ...(entry.message.replaces === undefined ? [] : [entry.message.replaces])] : entry.kind === "batch" ? entry.frame.events.map(({ id }) => id) : [];
}

/** Index of the younger entries that carry at most half of `most` and are at most half of the
 * frames.
 */
function halfIndex(entries: readonly PausedEntry[], most: number): number {
  let events = 0, frames = 0, cut = entries.length;
  for (; cut > 0; cut--) {
    const entry = entries[cut - 1] ?? EMPTY_GAP;
    events += eventCount(entry);
    frames += entry.kind === "tap" ? 0 : 1;
    if (events > most / 2 || frames > MAX_FRAMES / 2) break;
  }
  return cut;
}

const EMPTY_GAP: PausedEntry = { kind: "gap", at: 0, frame: { op: "gap", from: "", to: "", missed: 0, reason: "" } };

function recount(buffer: PauseBuffer, entries: PausedEntry[]): void {
  Object.assign(buffer, createPauseBuffer(), { entries });
  countEntries(buffer, entries, 1);
}

function countEntries(buffer: PauseBuffer, entries: readonly PausedEntry[], sign: 1 | -1): void {
  for (const entry of entries) {
    buffer.frames += entry.kind === "tap" ? 0 : sign;
    buffer.events += sign * eventCount(entry);
    buffer.pending += sign * displayedCount(entry);
  }
}

function eventCount(entry: PausedEntry): number {
  return entry.kind === "batch" ? entry.frame.events.length : entry.kind === "tap" ? Math.ceil(sizeOf(entry.message) / EVENT_BYTES) : 0;
}

function displayedCount(entry: PausedEntry): number {
  return entry.kind === "batch" ? entry.frame.ledger.lit + entry.frame.ledger.unmapped : entry.kind === "tap" ? 1 : (entry.frame.missed ?? 0);
}
