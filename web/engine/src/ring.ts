/** The last events, compact: numbers in typed arrays, strings and lists that recur held once. Rows are named by an ever-growing number. */
import type { TapStage } from "./tap.ts";
import { weigh } from "./weigh.ts";
import type { CarriedEvent, Token } from "./wire.gen.ts";

/** When the tap saw each stage, by the viewer's clock, why it failed or was dropped, and the name it was called by where it left under another. */
export type Way = Partial<Record<TapStage, number>> & { reason?: string; page?: string; as?: string };

/** One event as the ring keeps it. Times are milliseconds since 1970 UTC, NaN where unknown. */
export interface Row {
  readonly row: number;
  readonly id: string;
  readonly type: CarriedEvent["type"];
  readonly name: string;
  /** When it entered the picture, by the viewer's clock. */
  readonly at: number;
  readonly occurredAt: number;
  readonly arrivedAt: number;
  readonly receivedAt: number;
  /** Its place in the log, which later lives of the log continue; NaN where no log gave it one. */
  readonly order: number;
  readonly source: string;
  readonly traces: readonly Token[];
  readonly nodes: readonly string[];
  readonly properties: CarriedEvent["properties"];
  readonly flags: CarriedEvent["flags"];
  /** LOCAL, REMOTE or both. */
  readonly lanes: number;
  readonly bound: boolean;
  readonly way: Way | null;
  /** Kind to identifier as it was sent, for those who may see it; it leaves the page in no file. */
  readonly revealed?: Readonly<Record<string, string>>;
}

export type NewRow = Omit<Row, "row">;

export interface Ring {
  readonly size: number;
  /** Bytes held, about, and at most. */
  weight: number;
  readonly most: number;
  readonly weights: Uint32Array;
  /** The number of the oldest row held, and of the next to come. */
  start: number;
  end: number;
  /** Rows held that were forgotten on request. */
  readonly rows: (StoredRow | undefined)[];
  /** at, occurredAt, arrivedAt, receivedAt, order of each slot. */
  readonly times: Float64Array;
  readonly lists: Map<string, readonly string[]>;
  readonly words: Map<string, string>;
}

type Untimed = Omit<Row, "row" | "at" | "occurredAt" | "arrivedAt" | "receivedAt" | "order">;
type StoredRow = { -readonly [K in keyof Untimed]: Untimed[K] };

/** Recurring strings and lists held at once; beyond it they are held as they come. */
const INTERNED = 4096;
const TIMES = 5;

/** A ring of at most `size` events and about `most` bytes, whose first row is number `start`. */
export function createRing(size: number, most = Infinity, start = 0): Ring {
  return { size, weight: 0, most, weights: new Uint32Array(size), start, end: start, rows: [], times: new Float64Array(size * TIMES), lists: new Map(), words: new Map() };
}

/** Appends an event and returns its number; the oldest make room. */
export function append(ring: Ring, event: NewRow): number {
  const bytes = weigh(event);
  while (ring.start < ring.end && (ring.end - ring.start >= ring.size || ring.weight + bytes > ring.most)) drop(ring);
  const row = ring.end++;
  const slot = row % ring.size;
  ring.weights[slot] = bytes;
  ring.weight += bytes;
  ring.times.set([event.at, event.occurredAt, event.arrivedAt, event.receivedAt, event.order], slot * TIMES);
  ring.rows[slot] = {
    id: event.id, type: event.type, name: word(ring, event.name), source: word(ring, event.source), traces: event.traces,
    nodes: list(ring, event.nodes), properties: event.properties, flags: list(ring, event.flags) as CarriedEvent["flags"],
    lanes: event.lanes, bound: event.bound, way: event.way, ...(event.revealed === undefined ? {} : { revealed: event.revealed }),
  };
  return row;
}

/** The row of that number, or null where it is gone. */
export function rowAt(ring: Ring, row: number): Row | null {
  if (row < ring.start || row >= ring.end) return null;
  const slot = row % ring.size;
  const stored = ring.rows[slot];
  if (stored === undefined) return null;
  const time = (which: number) => ring.times[slot * TIMES + which] ?? NaN;
  return { row, ...stored, at: time(0), occurredAt: time(1), arrivedAt: time(2), receivedAt: time(3), order: time(4) };
}

/** Changes what a second lane, a further stage or a binding tells of a row; nothing where it is gone. */
export function amend(ring: Ring, row: number, change: Partial<NewRow>): void {
  if (row < ring.start || row >= ring.end) return;
  const slot = row % ring.size;
  const stored = ring.rows[slot];
  if (stored === undefined) return;
  const { at, occurredAt, arrivedAt, receivedAt, order, ...rest } = change;
  Object.assign(stored, rest);
  for (const [which, time] of [at, occurredAt, arrivedAt, receivedAt, order].entries()) if (time !== undefined) ring.times[slot * TIMES + which] = time;
}

/** Drops a row's content for good; its number stays empty. */
export function forget(ring: Ring, row: number): void {
  if (row < ring.start || row >= ring.end) return;
  ring.rows[row % ring.size] = undefined;
  ring.times.fill(NaN, (row % ring.size) * TIMES, (row % ring.size) * TIMES + TIMES);
}

/** Every row held, oldest first. */
export function* rows(ring: Ring): Generator<Row> {
  for (let row = ring.start; row < ring.end; row++) {
    const found = rowAt(ring, row);
    if (found !== null) yield found;
  }
}

function drop(ring: Ring): void {
  const slot = ring.start++ % ring.size;
  ring.rows[slot] = undefined;
  ring.weight -= ring.weights[slot] ?? 0;
}

function word(ring: Ring, text: string): string {
  const known = ring.words.get(text);
  if (known !== undefined) return known;
  if (ring.words.size < INTERNED) ring.words.set(text, text);
  return text;
}

function list(ring: Ring, items: readonly string[]): readonly string[] {
  const key = items.join("\u0000");
  const known = ring.lists.get(key);
  if (known !== undefined) return known;
  if (ring.lists.size < INTERNED) ring.lists.set(key, items);
  return items;
}
