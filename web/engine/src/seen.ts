/** Which message ids have been heard, on which lanes, and which row of the ring holds each: a bounded set in generations. */

/** The lanes of a message, as bits. */
export const LOCAL = 1;
export const REMOTE = 2;
/** With REMOTE: it was counted long ago and carried afterwards, for a trace that is followed. */
export const HISTORY = 4;

export interface Mark {
  readonly row: number;
  readonly lanes: number;
}

/** Two generations. The older one is read only, so that the accumulation before a Clear keeps its own. */
export interface Seen {
  readonly limit: number;
  young: Map<string, Mark>;
  older: ReadonlyMap<string, Mark>;
}

const NOTHING: ReadonlyMap<string, Mark> = new Map<string, Mark>();

/** Remembers at least the last `limit / 2` ids, at most `limit`. */
export function createSeen(limit: number): Seen {
  return { limit, young: new Map(), older: NOTHING };
}

/** A set that knows the last `limit / 2` ids that `seen` knows, and leaves it untouched: some 10 ms where they are 50,000. */
export function inherit(seen: Seen): Seen {
  if (seen.young.size === 0) return { limit: seen.limit, young: new Map(), older: seen.older };
  const room = generation(seen) - seen.young.size;
  const older = [...seen.older].filter(([id]) => !seen.young.has(id));
  return { limit: seen.limit, young: new Map(), older: new Map([...(room > 0 ? older.slice(-room) : []), ...seen.young]) };
}

/** Adds the ids that only `other` knows, as those of messages whose rows are gone. */
export function adopt(seen: Seen, other: Seen): void {
  for (const ids of [other.older, other.young]) for (const [id, { lanes }] of ids) if (look(seen, id) === undefined) mark(seen, id, -1, lanes);
}

export function look(seen: Seen, id: string): Mark | undefined {
  return seen.young.get(id) ?? seen.older.get(id);
}

export function mark(seen: Seen, id: string, row: number, lanes: number): void {
  seen.young.delete(id);
  seen.young.set(id, { row, lanes });
  if (seen.young.size < generation(seen)) return;
  seen.older = seen.young;
  seen.young = new Map();
}

function generation({ limit }: Seen): number {
  return Math.max(1, limit >> 1);
}
