/** From what the log collected to frames and messages again. */
import type { Log, LoggedBatch } from "./log.ts";
import { rowAt, type Ring, type Row } from "./ring.ts";
import { toTap, toWire } from "./row.ts";
import type { TapMessage } from "./tap.ts";
import type { Batch, Frame } from "./wire.gen.ts";

export type Unlogged = { readonly at: number; readonly kind: "frame"; readonly frame: Frame } | { readonly at: number; readonly kind: "tap"; readonly message: TapMessage };

/** Every frame and message of the log, oldest first; events that have left the ring, and the one before it, are left out, their counts are not. */
export function* unlogged(log: Log, ring: Ring, before: Ring = ring): Generator<Unlogged> {
  const find = (row: number): Row | null => rowAt(ring, row) ?? rowAt(before, row);
  for (const entry of [...log.head, ...log.entries]) {
    if (entry.kind === "batch") yield { at: entry.at, kind: "frame", frame: whole(entry.frame, find) };
    else if (entry.kind === "frame") yield entry;
    else {
      const row = find(entry.row);
      if (row !== null) yield { at: entry.at, kind: "tap", message: toTap(row, entry.stage, entry.reason) };
    }
  }
}

function whole(frame: LoggedBatch, find: (row: number) => Row | null): Batch {
  const { rows, ...rest } = frame;
  return { ...rest, events: rows.map(find).filter((row): row is Row => row !== null).map(toWire) };
}
