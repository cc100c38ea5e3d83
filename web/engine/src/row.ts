/** From the wire and the tap to rows of the ring, and back. */
import { LOCAL, REMOTE } from "./seen.ts";
import type { NewRow, Row } from "./ring.ts";
import { isRecord } from "./shape.ts";
import type { TapMessage, TapStage } from "./tap.ts";
import type { CarriedEvent, Token } from "./wire.gen.ts";

/** The source of what only the tap has heard. */
export const LOCAL_SOURCE = "this browser";

/** A carried event as a row; `nodes` are those it lights here. */
export function fromWire(event: CarriedEvent, nodes: readonly string[], bound: boolean, at: number): NewRow {
  return {
    id: event.id, type: event.type, name: event.name, at, occurredAt: Date.parse(event.occurred_at), arrivedAt: Date.parse(event.arrived_at),
    receivedAt: event.segment_received_at === null ? NaN : Date.parse(event.segment_received_at), order: event.offset ?? NaN, source: event.source, traces: event.traces, nodes,
    properties: event.properties, flags: event.flags, lanes: REMOTE, bound, way: null, ...revealedOf(event),
  };
}

/** Identifiers as they were sent, where the server carries them to this viewer. */
function revealedOf({ revealed }: CarriedEvent): Pick<Row, "revealed"> {
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
export function toWire(row: Row): CarriedEvent {
  return {
    id: row.id, type: row.type, name: row.name, occurred_at: iso(row.occurredAt), arrived_at: iso(Number.isNaN(row.arrivedAt) ? row.at : row.arrivedAt),
    segment_received_at: Number.isNaN(row.receivedAt) ? null : iso(row.receivedAt), source: row.source, traces: row.traces,
    nodes: row.bound ? [] : row.nodes, properties: row.properties, flags: row.flags, ...(Number.isNaN(row.order) ? {} : { offset: row.order }),
  };
}

/** The row as the tap would tell it. */
export function toTap(row: Row, stage: TapStage, reason: string): TapMessage {
  return {
    messageId: row.id, type: row.type, name: row.name, names: [row.name], occurredAt: row.occurredAt, stage, traces: row.traces, properties: row.properties,
    nodes: row.bound ? [] : row.nodes, ...(reason === "" ? {} : { reason }), ...(row.way?.page === undefined ? {} : { page: row.way.page }),
  };
}

/** Both lanes' tokens, the first lane's first, each once. */
export function united(first: readonly Token[], second: readonly Token[]): readonly Token[] {
  const fresh = second.filter((token) => !first.some((known) => known.kind === token.kind && known.token === token.token));
  return fresh.length === 0 ? first : [...first, ...fresh];
}

/** ISO 8601 UTC with milliseconds; what no clock can mean reads as the epoch. */
export function iso(time: number): string {
  return new Date(Math.abs(time) <= 8.64e15 ? time : 0).toISOString();
}
