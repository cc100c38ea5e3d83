/** Unmapped names, counted apart up to a bound: how often, when first and last, and a sample row.
 */
import { IDENTITY_TYPES } from "./matching.ts";
import { rowAt, type EventBuffer } from "./eventBuffer.ts";
import { displayed, type DualCounter, countRemote, countLocal, createDualCounter } from "./activity.ts";

/** Counts of one event name that no node listens for. */
export interface UnmappedCounter extends DualCounter {
  readonly name: string;
  readonly firstAt: number;
  lastAt: number;
  /** Row of the last one carried, -1 without one. */
  sample: number;
}

/** Counts by event name, of a bounded number of names. */
export interface Unmapped {
  readonly names: Map<string, UnmappedCounter>;
  /** Everything under names that are not counted apart. */
  readonly other: DualCounter;
}

/** Counts at zero. */
export function createUnmapped(): Unmapped {
  return { names: new Map(), other: createDualCounter() };
}

/** The counter of a name, made if there is space; else the rarest that has been quiet for
 * `QUIET_MS` is evicted into `other`. `IDENTITY_TYPES` always have space, so that they never spoil
 * the share of mapped events.
 */
export function unmappedCounter(unmapped: Unmapped, name: string, at: number, most: number): UnmappedCounter | null {
  const known = unmapped.names.get(name);
  if (known !== undefined) return known;
  if (unmapped.names.size >= most && !IDENTITY_TYPES.has(name) && !evictRarest(unmapped, at)) return null;
  const fresh: UnmappedCounter = { ...createDualCounter(), name, firstAt: at, lastAt: at, sample: -1 };
  unmapped.names.set(name, fresh);
  return fresh;
}

/** Whether a counter is of messages that identify a person, rather than of events that happen to
 * have such a name.
 */
export function isIdentityCounter(events: EventBuffer, { name, sample }: UnmappedCounter): boolean {
  return IDENTITY_TYPES.has(name) && IDENTITY_TYPES.has(rowAt(events, sample)?.type ?? name);
}

/** Names that have been silent for as long as this may give way to new ones. */
const QUIET_MS = 10_000;

function evictRarest(unmapped: Unmapped, at: number): boolean {
  let rarest: UnmappedCounter | null = null;
  for (const one of unmapped.names.values())
    if (at - one.lastAt >= QUIET_MS && !IDENTITY_TYPES.has(one.name) && (rarest === null || displayed(one) < displayed(rarest))) rarest = one;
  if (rarest === null) return false;
  unmapped.names.delete(rarest.name);
  for (const part of ["remote", "local", "pendingLocal"] as const) unmapped.other[part] += rarest[part];
  return true;
}

/** Counts `n` remote events of a name; see `countRemote`. */
export function unmappedRemote(unmapped: Unmapped, name: string, n: number, twins: number, uncarried: number, at: number, most: number): void {
  const entry = unmappedCounter(unmapped, name, at, most);
  countRemote(entry ?? unmapped.other, n, twins, uncarried);
  if (entry !== null) entry.lastAt = Math.max(entry.lastAt, at);
}

/** Counts one local event of a name. */
export function unmappedLocal(unmapped: Unmapped, name: string, twinCame: boolean, at: number, most: number): void {
  const entry = unmappedCounter(unmapped, name, at, most);
  countLocal(entry ?? unmapped.other, twinCame);
  if (entry !== null) entry.lastAt = Math.max(entry.lastAt, at);
}
