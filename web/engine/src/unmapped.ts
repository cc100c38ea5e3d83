/** Names that nobody listens for, counted apart up to a bound: how often, when first and last, and the row of the last sample. */
import { WHO } from "./names.ts";
import { rowAt, type Ring } from "./ring.ts";
import { shown, type Tally, countRemote, countLocal, createTally } from "./tally.ts";

export interface Name extends Tally {
  readonly name: string;
  readonly firstAt: number;
  lastAt: number;
  /** The ring's row of the last one carried, -1 where none was. */
  sample: number;
}

export interface Unmapped {
  readonly names: Map<string, Name>;
  /** Everything under names that are not counted apart. */
  readonly other: Tally;
}

export function createUnmapped(): Unmapped {
  return { names: new Map(), other: createTally() };
}

/** The entry of a name, made where there is room; when there is none, the rarest that has been quiet for `QUIET_MS` gives way into `other`.
 * The kinds of `WHO` always have room, so that they never spoil the share of mapped events. */
export function nameOf(unmapped: Unmapped, name: string, at: number, most: number): Name | null {
  const known = unmapped.names.get(name);
  if (known !== undefined) return known;
  if (unmapped.names.size >= most && !WHO.has(name) && !giveWay(unmapped, at)) return null;
  const fresh: Name = { ...createTally(), name, firstAt: at, lastAt: at, sample: -1 };
  unmapped.names.set(name, fresh);
  return fresh;
}

/** Whether an entry counts messages that say who somebody is, rather than events that happen to have such a name. */
export function saysWho(ring: Ring, { name, sample }: Name): boolean {
  return WHO.has(name) && WHO.has(rowAt(ring, sample)?.type ?? name);
}

/** Names that have been silent for as long as this may give way to new ones. */
const QUIET_MS = 10_000;

function giveWay(unmapped: Unmapped, at: number): boolean {
  let rarest: Name | null = null;
  for (const one of unmapped.names.values())
    if (at - one.lastAt >= QUIET_MS && !WHO.has(one.name) && (rarest === null || shown(one) < shown(rarest))) rarest = one;
  if (rarest === null) return false;
  unmapped.names.delete(rarest.name);
  for (const part of ["remote", "local", "waiting"] as const) unmapped.other[part] += rarest[part];
  return true;
}

/** Counts `n` remote events of a name; see `countRemote`. */
export function unmappedRemote(unmapped: Unmapped, name: string, n: number, twins: number, uncarried: number, at: number, most: number): void {
  const entry = nameOf(unmapped, name, at, most);
  countRemote(entry ?? unmapped.other, n, twins, uncarried);
  if (entry !== null) entry.lastAt = Math.max(entry.lastAt, at);
}

/** Counts one local event of a name. */
export function unmappedLocal(unmapped: Unmapped, name: string, twinCame: boolean, at: number, most: number): void {
  const entry = nameOf(unmapped, name, at, most);
  countLocal(entry ?? unmapped.other, twinCame);
  if (entry !== null) entry.lastAt = Math.max(entry.lastAt, at);
}
