/** What has come while the picture is paused: whole while it fits, then the oldest frames are summed into one, so that counts stay exact. */
import { merge } from "./batch.ts";
import type { TapMessage } from "./tap.ts";
import type { Batch, Gap } from "./wire.gen.ts";

export type HeldEntry =
  | { readonly at: number; readonly kind: "batch"; readonly frame: Batch }
  | { readonly at: number; readonly kind: "gap"; readonly frame: Gap }
  | { readonly at: number; readonly kind: "tap"; readonly message: TapMessage };

export interface Held {
  entries: HeldEntry[];
  /** Entries that are frames. */
  frames: number;
  /** Events carried in the entries. */
  events: number;
  /** "+n": events that wait, carried or counted only. */
  waiting: number;
}

export function createHeld(): Held {
  return { entries: [], frames: 0, events: 0, waiting: 0 };
}

/** Frames kept apart at most, whatever they carry. */
const FRAMES = 2048;

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

/** Sums the older half of the frames into one and drops the oldest events; taps stand as they are, the oldest beyond the bound are missed. */
function compact(held: Held, most: number): void {
  const half = Math.ceil(held.entries.length / 2);
  const old = held.entries.slice(0, half), young = held.entries.slice(half);
  const room = Math.max(0, Math.floor(most * 0.75) - young.reduce((sum, entry) => sum + carried(entry), 0));
  const taps = old.filter((entry) => entry.kind === "tap");
  const lost = Math.max(0, taps.length - room);
  const batches = old.filter((entry) => entry.kind === "batch");
  const frame = merge(batches.map((entry) => entry.frame), room);
  const gaps = old.filter((entry) => entry.kind === "gap").slice(-FRAMES / 4);
  const first = old[0]?.at ?? 0;
  const missed: HeldEntry[] = lost === 0 ? [] : [{ kind: "gap", at: first, frame: { op: "gap", from: "", to: "", missed: lost, reason: "paused longer than the buffer of this tab holds" } }];
  recount(held, [...missed, ...[...gaps, ...taps.slice(lost), ...(frame === null ? [] : [{ kind: "batch", at: batches.at(-1)?.at ?? first, frame } as const])].sort((a, b) => a.at - b.at), ...young]);
}

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
  return entry.kind === "batch" ? entry.frame.events.length : entry.kind === "tap" ? 1 : 0;
}

function weight(entry: HeldEntry): number {
  return entry.kind === "batch" ? entry.frame.ledger.lit + entry.frame.ledger.unmapped : entry.kind === "tap" ? 1 : (entry.frame.missed ?? 0);
}
