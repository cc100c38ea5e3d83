/** Report buffer of a page: numbered entries, bounded; the oldest are dropped, and a late reader
 * learns how many it missed.
 */
import type { Stage } from "./sdkListener.ts";
import type { Snapshot } from "./read.ts";

export interface BufferEntry {
  readonly snapshot: Snapshot;
  readonly stage: Stage;
  readonly reason: string;
  /** When it was called, if known better than by its id; and the id under which an early call was
   * reported before.
   */
  readonly calledAt?: number | undefined;
  readonly replaces?: string | undefined;
}

/** Entries and characters in the buffer at most. */
export const MAX_ENTRIES = 2_000;
const MAX_CHARACTERS = 4_000_000;

/** `start` is the number of the oldest entry, `end` of the next to come. `lost` counts early calls
 * that never became entries.
 */
export interface ReportBuffer {
  lost: number;
  start: number;
  end: number;
  weight: number;
  readonly entries: BufferEntry[];
}

export function createBuffer(): ReportBuffer {
  return { lost: 0, start: 0, end: 0, weight: 0, entries: [] };
}

export function appendEntry(buffer: ReportBuffer, entry: BufferEntry): void {
  buffer.end = buffer.start + buffer.entries.push(entry);
  buffer.weight += entry.snapshot.weight;
  while (buffer.entries.length > MAX_ENTRIES || buffer.weight > MAX_CHARACTERS) {
    buffer.weight -= buffer.entries.shift()?.snapshot.weight ?? buffer.weight;
    buffer.start += 1;
  }
}

/** The entries from `from` up to, not with, `to`. */
export function entriesBetween({ entries: held, start }: ReportBuffer, from: number, to: number): readonly BufferEntry[] {
  return held.slice(from - start, to - start);
}
