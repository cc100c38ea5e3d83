/** What the page has to tell, each under an ever-growing number: bounded, the oldest makes room, and whoever reads too late learns how much they missed. */
import type { Stage } from "./hear.ts";
import type { Snapshot } from "./read.ts";

export interface Told {
  readonly snapshot: Snapshot;
  readonly stage: Stage;
  readonly reason: string;
  /** When it was called, where that is known better than by its id; and the id under which an early call was told before. */
  readonly calledAt?: number | undefined;
  readonly replaces?: string | undefined;
}

/** Entries held, and characters held. */
export const HELD = 2_000;
const CHARACTERS = 4_000_000;

/** `start` is the number of the oldest entry held, `end` of the next to come. `lost` are early calls that were never entries. */
export interface Ring {
  lost: number;
  start: number;
  end: number;
  weight: number;
  readonly held: Told[];
}

export function createRing(): Ring {
  return { lost: 0, start: 0, end: 0, weight: 0, held: [] };
}

export function append(ring: Ring, told: Told): void {
  ring.end = ring.start + ring.held.push(told);
  ring.weight += told.snapshot.weight;
  while (ring.held.length > HELD || ring.weight > CHARACTERS) {
    ring.weight -= ring.held.shift()?.snapshot.weight ?? ring.weight;
    ring.start += 1;
  }
}

/** The entries from `from` up to, not with, `to`. */
export function slice({ held, start }: Ring, from: number, to: number): readonly Told[] {
  return held.slice(from - start, to - start);
}
