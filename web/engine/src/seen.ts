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

/** Two generations, and the last one of an accumulation that was cleared. The older ones are read only, so that accumulations can share them. */
export interface Seen {
  readonly limit: number;
  young: Map<string, Mark>;
  older: ReadonlyMap<string, Mark>;
  oldest: ReadonlyMap<string, Mark>;
}

const NOTHING: ReadonlyMap<string, Mark> = new Map<string, Mark>();

/** Remembers at least the last `limit / 2` ids, at most `limit` and, after a Clear, half as many again. */
export function createSeen(limit: number): Seen {
  return { limit, young: new Map(), older: NOTHING, oldest: NOTHING };
}

/** A set that knows what `seen` knows and leaves it untouched. */
export function inherit(seen: Seen): Seen {
  return { limit: seen.limit, young: new Map(), older: seen.young, oldest: seen.older };
}

export function look(seen: Seen, id: string): Mark | undefined {
  return seen.young.get(id) ?? seen.older.get(id) ?? seen.oldest.get(id);
}

export function mark(seen: Seen, id: string, row: number, lanes: number): void {
  seen.young.set(id, { row, lanes });
  if (seen.young.size < Math.max(1, seen.limit >> 1)) return;
  seen.oldest = NOTHING;
  seen.older = seen.young;
  seen.young = new Map();
}
