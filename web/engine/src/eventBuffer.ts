/** The last events in a bounded buffer, and their conversion from and to the wire. */
import { LOCAL, REMOTE } from "./dedupe.ts";
import { sizeOf } from "./size.ts";
import type { TapMessage, TapStage } from "./tapMessage.ts";
import { isRecord } from "./checks.ts";
import type { FrameEvent, Token } from "./wire.gen.ts";

// Bounded buffer of the last events: numbers in typed arrays, recurring strings and lists stored
// once. A row is named by an ever-growing number.

/** When the tap saw each stage, by the viewer's clock; why it failed or was dropped; and the name
 * it was called by if it left under another.
 */
export type StageTimes = Partial<Record<TapStage, number>> & { reason?: string; page?: string; as?: string };

/** One event of the buffer. Times are milliseconds since 1970 UTC, NaN if unknown. */
export interface Row {
  readonly row: number;
  readonly id: string;
  readonly type: FrameEvent["type"];
  readonly name: string;
  /** When it entered the picture, by the viewer's clock. */
  readonly at: number;
  readonly occurredAt: number;
  readonly arrivedAt: number;
  readonly receivedAt: number;
  /** Its offset in the log, which later epochs of the log continue; NaN without one. */
  readonly order: number;
  readonly source: string;
  readonly traces: readonly Token[];
  readonly nodes: readonly string[];
  readonly properties: FrameEvent["properties"];
  readonly flags: FrameEvent["flags"];
  /** LOCAL, REMOTE or both. */
  readonly lanes: number;
  readonly bound: boolean;
  readonly way: StageTimes | null;
  /** Kind to identifier as it was sent, for those who may see it; it leaves the page in no file. */
  readonly revealed?: Readonly<Record<string, string>>;
}

/** A row before it has its number. */
export type NewRow = Omit<Row, "row">;

/** The latest events, in a ring: at most `size` rows and `maxBytes` bytes. */
export interface EventBuffer {
  readonly size: number;
  /** Bytes in the buffer, about, and at most. */
  bytes: number;
  readonly maxBytes: number;
  readonly slotBytes: Uint32Array;
  /** Number of the oldest row, and of the next to come. */
  start: number;
  end: number;
  /** By slot; undefined for a row that was forgotten on request. */
  readonly rows: (StoredRow | undefined)[];
  /** at, occurredAt, arrivedAt, receivedAt, order of each slot. */
  readonly times: Float64Array;
  readonly lists: Map<string, readonly string[]>;
  readonly words: Map<string, string>;
}

type Untimed = Omit<Row, "row" | "at" | "occurredAt" | "arrivedAt" | "receivedAt" | "order">;
type StoredRow = { -readonly [K in keyof Untimed]: Untimed[K] };

/** Recurring strings and lists interned at most; further ones are stored as they come. */
const MAX_INTERNED = 4096;
const TIMES = 5;

/** A buffer of at most `size` events and about `most` bytes; `start` is the number of its first
 * row.
 */
export function createEventBuffer(size: number, most = Infinity, start = 0): EventBuffer {
  return { size, bytes: 0, maxBytes: most, slotBytes: new Uint32Array(size), start, end: start, rows: [], times: new Float64Array(size * TIMES), lists: new Map(), words: new Map() };
}

/** Appends an event and returns its number; the oldest make room. */
export function appendRow(events: EventBuffer, event: NewRow): number {
  const bytes = sizeOf(event);
  while (events.start < events.end && (events.end - events.start >= events.size || events.bytes + bytes > events.maxBytes)) dropOldest(events);
  const row = events.end++;
  const slot = row % events.size;
  events.slotBytes[slot] = bytes;
  events.bytes += bytes;
  events.times.set([event.at, event.occurredAt, event.arrivedAt, event.receivedAt, event.order], slot * TIMES);
  events.rows[slot] = {
    id: event.id, type: event.type, name: intern(events, event.name), source: intern(events, event.source), traces: event.traces,
    nodes: internList(events, event.nodes), properties: event.properties, flags: internList(events, event.flags) as FrameEvent["flags"],
    lanes: event.lanes, bound: event.bound, way: event.way, ...(event.revealed === undefined ? {} : { revealed: event.revealed }),
  };
  return row;
}

/** The row of that number, or null if it has been dropped. */
export function rowAt(events: EventBuffer, row: number): Row | null {
  if (row < events.start || row >= events.end) return null;
  const slot = row % events.size;
  const stored = events.rows[slot];
  if (stored === undefined) return null;
  const time = (which: number) => events.times[slot * TIMES + which] ?? NaN;
  return { row, ...stored, at: time(0), occurredAt: time(1), arrivedAt: time(2), receivedAt: time(3), order: time(4) };
}

/** Updates a row by what a second lane, a further stage or a binding adds; nothing if it has been
 * dropped.
 */
export function updateRow(events: EventBuffer, row: number, change: Partial<NewRow>): void {
  if (row < events.start || row >= events.end) return;
  const slot = row % events.size;
  const stored = events.rows[slot];
  if (stored === undefined) return;
  const { at, occurredAt, arrivedAt, receivedAt, order, ...rest } = change;
  Object.assign(stored, rest);
  for (const [which, time] of [at, occurredAt, arrivedAt, receivedAt, order].entries()) if (time !== undefined) events.times[slot * TIMES + which] = time;
}

/** Drops a row's content for good; its number stays empty. */
export function eraseRow(events: EventBuffer, row: number): void {
  if (row < events.start || row >= events.end) return;
  events.rows[row % events.size] = undefined;
  events.times.fill(NaN, (row % events.size) * TIMES, (row % events.size) * TIMES + TIMES);
}

/** All rows, oldest first. */
export function* rowsOf(events: EventBuffer): Generator<Row> {
  for (let row = events.start; row < events.end; row++) {
    const found = rowAt(events, row);
    if (found !== null) yield found;
  }
}

function dropOldest(events: EventBuffer): void {
  const slot = events.start++ % events.size;
  events.rows[slot] = undefined;
  events.bytes -= events.slotBytes[slot] ?? 0;
}

function intern(events: EventBuffer, text: string): string {
  const known = events.words.get(text);
  if (known !== undefined) return known;
  if (events.words.size < MAX_INTERNED) events.words.set(text, text);
  return text;
}

function internList(events: EventBuffer, items: readonly string[]): readonly string[] {
  const key = items.join("\u0000");
  const known = events.lists.get(key);
  if (known !== undefined) return known;
  if (events.lists.size < MAX_INTERNED) events.lists.set(key, items);
  return items;
}

// Conversion of wire events and tap messages to rows, and back.

/** Source name of events that only the tap has observed. */
export const LOCAL_SOURCE = "this browser";

/** A carried event as a row; `nodes` are those it lights here. */
export function fromWire(event: FrameEvent, nodes: readonly string[], bound: boolean, at: number): NewRow {
  return {
    id: event.id, type: event.type, name: event.name, at, occurredAt: Date.parse(event.occurred_at), arrivedAt: Date.parse(event.arrived_at),
    receivedAt: event.segment_received_at === null ? NaN : Date.parse(event.segment_received_at), order: event.offset ?? NaN, source: event.source, traces: event.traces, nodes,
    properties: event.properties, flags: event.flags, lanes: REMOTE, bound, way: null, ...revealedOf(event),
  };
}

/** Identifiers as they were sent, if the server carries them to this viewer. */
function revealedOf({ revealed }: FrameEvent): Pick<Row, "revealed"> {
  if (!isRecord(revealed)) return {};
  const texts = Object.entries(revealed).filter((pair): pair is [string, string] => typeof pair[1] === "string");
  return texts.length === 0 ? {} : { revealed: Object.fromEntries(texts) };
}

/** A message of the tap as a row. */
export function fromTap(message: TapMessage, nodes: readonly string[], bound: boolean, at: number): NewRow {
  return {
    id: message.messageId, type: message.type, name: message.name, at, occurredAt: message.occurredAt, arrivedAt: NaN, receivedAt: NaN, order: NaN, source: LOCAL_SOURCE,
    traces: message.traces, nodes, properties: message.properties, flags: [], lanes: LOCAL, bound,
    way: { [message.stage]: message.at ?? at, ...(message.reason === undefined ? {} : { reason: message.reason }), ...(message.page === undefined ? {} : { page: message.page }) },
  };
}

/** The row as it would come on the wire, before any binding. */
export function toWire(row: Row): FrameEvent {
  return {
    id: row.id, type: row.type, name: row.name, occurred_at: iso(row.occurredAt), arrived_at: iso(Number.isNaN(row.arrivedAt) ? row.at : row.arrivedAt),
    segment_received_at: Number.isNaN(row.receivedAt) ? null : iso(row.receivedAt), source: row.source, traces: row.traces,
    nodes: row.bound ? [] : row.nodes, properties: row.properties, flags: row.flags, ...(Number.isNaN(row.order) ? {} : { offset: row.order }),
  };
}

/** The row as a message of the tap. */
export function toTap(row: Row, stage: TapStage, reason: string): TapMessage {
  return {
    messageId: row.id, type: row.type, name: row.name, names: [row.name], occurredAt: row.occurredAt, stage, traces: row.traces, properties: row.properties,
    nodes: row.bound ? [] : row.nodes, ...(reason === "" ? {} : { reason }), ...(row.way?.page === undefined ? {} : { page: row.way.page }),
  };
}

/** Both lanes' tokens, the first lane's first, each once. */
export function unionTokens(first: readonly Token[], second: readonly Token[]): readonly Token[] {
  const fresh = second.filter((token) => !first.some((known) => known.kind === token.kind && known.token === token.token));
  return fresh.length === 0 ? first : [...first, ...fresh];
}

/** ISO 8601 UTC with milliseconds; what no clock can mean reads as the epoch. */
export function iso(time: number): string {
  return new Date(Math.abs(time) <= 8.64e15 ? time : 0).toISOString();
}
