/** Dedupe set: message ids received, with their lanes and the number of their row; bounded, in two
 * generations.
 */

/** The lanes of a message, as bits. */
export const LOCAL = 1;
export const REMOTE = 2;
/** With REMOTE: it was counted long ago and carried afterwards, for a trace that is followed. */
export const HISTORY = 4;

/** Where an id was seen: the row of its event, and a bit for each lane. */
export interface DedupeEntry {
  readonly row: number;
  readonly lanes: number;
}

/** Two generations. The older one is read only, so that the accumulation before a Clear keeps its
 * own.
 */
export interface DedupeSet {
  readonly limit: number;
  young: Map<string, DedupeEntry>;
  older: ReadonlyMap<string, DedupeEntry>;
}

const NO_IDS: ReadonlyMap<string, DedupeEntry> = new Map<string, DedupeEntry>();

/** Remembers at least the last `limit / 2` ids, at most `limit`. */
export function createDedupeSet(limit: number): DedupeSet {
  return { limit, young: new Map(), older: NO_IDS };
}

/** A set with the last `limit / 2` ids of `set`, which stays as it is: some 10 ms for 50,000. */
export function createSuccessor(set: DedupeSet): DedupeSet {
  if (set.young.size === 0) return { limit: set.limit, young: new Map(), older: set.older };
  const space = generationSize(set) - set.young.size;
  const older = [...set.older].filter(([id]) => !set.young.has(id));
  return { limit: set.limit, young: new Map(), older: new Map([...(space > 0 ? older.slice(-space) : []), ...set.young]) };
}

/** Adds the ids that only `other` knows, as those of messages whose rows are gone. */
export function addMissing(set: DedupeSet, other: DedupeSet): void {
  for (const ids of [other.older, other.young]) for (const [id, { lanes }] of ids) if (lookUp(set, id) === undefined) remember(set, id, -1, lanes);
}

/** The entry of an id; undefined if it was not seen, or long ago. */
export function lookUp(set: DedupeSet, id: string): DedupeEntry | undefined {
  return set.young.get(id) ?? set.older.get(id);
}

/** Notes an id. A full young generation becomes the older one, and the older one is dropped. */
export function remember(set: DedupeSet, id: string, row: number, lanes: number): void {
  set.young.delete(id);
  set.young.set(id, { row, lanes });
  if (set.young.size < generationSize(set)) return;
  set.older = set.young;
  set.young = new Map();
}

function generationSize({ limit }: DedupeSet): number {
  return Math.max(1, limit >> 1);
}
