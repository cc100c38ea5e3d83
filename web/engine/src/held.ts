/** What has come while the picture is paused: whole while it fits, then the oldest frames are summed into one, so that counts stay exact. */
import { EMPTY, merge } from "./batch.ts";
import { condense } from "./condense.ts";
import type { TapMessage } from "./tap.ts";
import { weigh } from "./weigh.ts";
import type { Batch, Gap } from "./wire.gen.ts";

export type HeldEntry =
  | { readonly at: number; readonly kind: "batch"; readonly frame: Batch }
  | { readonly at: number; readonly kind: "gap"; readonly frame: Gap }
  | { readonly at: number; readonly kind: "tap"; readonly message: TapMessage };

export interface Held {
  entries: HeldEntry[];
  /** Entries that are frames. */
  frames: number;
  /** Events carried in the entries; a large local message counts as several. */
  events: number;
  /** "+n": events that wait, carried or counted only. */
  waiting: number;
}

export function createHeld(): Held {
  return { entries: [], frames: 0, events: 0, waiting: 0 };
}

/** Bytes of a local message that count as one event: pages are not trusted to keep them small, the server is. */
const LARGE = 2048;

/** Frames kept apart at most, whatever they carry. */
const FRAMES = 2048;
/** Gaps of the stream kept apart among the older ones: more than a stream makes in an hour of pause. */
const GAPS = 256;

/** Holds one more; `most` bounds the events carried. */
export function hold(held: Held, entry: HeldEntry, most: number): void {
  held.entries.push(entry);
  tell(held, [entry], 1);
  if (held.events > most || held.frames > FRAMES) compact(held, most);
}

/** Takes out what came up to `until`, oldest first. */
export function release(held: Held, until: number): readonly HeldEntry[] {
  const end = held.entries.findIndex((entry) => entry.at > until);
  const out = held.entries.splice(0, end < 0 ? held.entries.length : end);
  tell(held, out, -1);
  return out;
}

/** Drops held events that carry one of `tokens`; what they counted stays counted. */
export function forgetHeld(held: Held, tokens: ReadonlySet<string>): void {
  const free = (traces: readonly { readonly token: string }[]) => traces.every((trace) => !tokens.has(trace.token));
  const entries = held.entries.flatMap((entry): HeldEntry[] => {
    if (entry.kind === "tap") return free(entry.message.traces) ? [entry] : [];
    if (entry.kind === "gap") return [entry];
    return [{ ...entry, frame: { ...entry.frame, events: entry.frame.events.filter((event) => free(event.traces)) } }];
  });
  recount(held, entries);
}

/** Keeps the younger half as it is; sums the older frames, with the youngest of their events and the gaps between them, and drops the oldest
 * local messages, which are then missed. */
function compact(held: Held, most: number): void {
  const cut = half(held.entries, most);
  recount(held, [...summed(held.entries.slice(0, cut), Math.floor(most / 4), held.entries.slice(cut)), ...held.entries.slice(cut)]);
}

/** `entries` in less room: frames summed with the youngest `room` of their events, and as many of the youngest local messages as weigh no
 * more. A message that goes with its first stage is missed, unless a twin or a stage in what stays, or in `later`, tells of it. */
export function summed(entries: readonly HeldEntry[], room: number, later: readonly HeldEntry[] = [], gaps = GAPS, weighs: (tap: HeldEntry) => number = carried): HeldEntry[] {
  const taps = entries.filter((entry) => entry.kind === "tap");
  let [gone, left] = [0, taps.reduce((sum, entry) => sum + weighs(entry), 0)];
  for (; left > room; gone += 1) left -= weighs(taps[gone] ?? NOTHING);
  const told = new Set([...later, ...entries.filter((entry) => entry.kind === "batch"), ...taps.slice(gone)].flatMap(idsOf));
  const missed = new Set(taps.slice(0, gone).flatMap(({ message }) => (message.stage === "called" && !told.has(message.messageId) ? [message.messageId] : []))).size;
  const dropped = new Set<HeldEntry>(taps.slice(0, gone));
  const kept: HeldEntry[] = entries.filter((entry) => !dropped.has(entry));
  if (missed > 0) kept.unshift({ kind: "gap", at: entries[0]?.at ?? 0, frame: { op: "gap", from: "", to: "", missed, reason: "paused longer than the buffer of this tab holds" } });
  let events = room;
  return condense(kept, gaps, {
    isBatch: ({ kind }) => kind === "batch",
    gapOf: (entry) => (entry.kind === "gap" ? entry.frame : null),
    sum: (run) => {
      const frame = merge(run.flatMap((entry) => (entry.kind === "batch" ? [entry.frame] : [])), events) ?? EMPTY;
      events -= frame.events.length;
      return { kind: "batch", at: run.at(-1)?.at ?? 0, frame };
    },
    made: (frame, at) => ({ kind: "gap", at, frame }),
    span: ({ from, to }, at) => ({ kind: "batch", at, frame: { ...EMPTY, from, position: to } }),
  });
}

function idsOf(entry: HeldEntry): string[] {
  return entry.kind === "tap" ? [entry.message.messageId, ...(entry.message.replaces === undefined ? [] : [entry.message.replaces])] : entry.kind === "batch" ? entry.frame.events.map(({ id }) => id) : [];
}

/** Where the younger entries begin that carry no more than half of `most`, and are no more than half of the frames. */
function half(entries: readonly HeldEntry[], most: number): number {
  let events = 0, frames = 0, cut = entries.length;
  for (; cut > 0; cut--) {
    const entry = entries[cut - 1] ?? NOTHING;
    events += carried(entry);
    frames += entry.kind === "tap" ? 0 : 1;
    if (events > most / 2 || frames > FRAMES / 2) break;
  }
  return cut;
}

const NOTHING: HeldEntry = { kind: "gap", at: 0, frame: { op: "gap", from: "", to: "", missed: 0, reason: "" } };

function recount(held: Held, entries: HeldEntry[]): void {
  Object.assign(held, createHeld(), { entries });
  tell(held, entries, 1);
}

function tell(held: Held, entries: readonly HeldEntry[], sign: 1 | -1): void {
  for (const entry of entries) {
    held.frames += entry.kind === "tap" ? 0 : sign;
    held.events += sign * carried(entry);
    held.waiting += sign * weight(entry);
  }
}

function carried(entry: HeldEntry): number {
  return entry.kind === "batch" ? entry.frame.events.length : entry.kind === "tap" ? Math.ceil(weigh(entry.message) / LARGE) : 0;
}

function weight(entry: HeldEntry): number {
  return entry.kind === "batch" ? entry.frame.ledger.lit + entry.frame.ledger.unmapped : entry.kind === "tap" ? 1 : (entry.frame.missed ?? 0);
}
