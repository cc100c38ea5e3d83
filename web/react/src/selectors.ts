/** Selectors: what components read out of the engine's state. */
import type { Row } from "@dagnet-realtime/engine/eventBuffer";
import { REMOTE } from "@dagnet-realtime/engine/dedupe";
import { feed, row } from "@dagnet-realtime/engine/select/feed";
import type { State } from "@dagnet-realtime/engine/state";
import type { Node } from "@dagnet-realtime/engine/wire.gen";
import { value } from "./format.ts";

/** An event as the feed shows it. */
export type FeedRow = Row;

/** "+n" while paused. */
export function waiting(state: State): number {
  return state.pauseBuffer.pending;
}

/** Milliseconds from occurrence to arrival; null if one of them is unknown. */
export function lag(row: FeedRow): number | null {
  const ms = row.arrivedAt - row.occurredAt;
  return Number.isFinite(ms) ? ms : null;
}

/** An event that took longer to arrive says how long, in milliseconds. */
export const SLOW_MS = 1000;

/** Why an event that this browser called has not left it, in a word; "" if it has, or still may. */
export function unsent({ lanes, way }: FeedRow): "dropped" | "failed" | "not sent" | "" {
  if (way === null || (lanes & REMOTE) !== 0 || way.delivered !== undefined) return "";
  if (way.dropped !== undefined) return "dropped";
  if (way.failed !== undefined) return "failed";
  return way.enriched === undefined && way.reason !== undefined ? "not sent" : "";
}

/** Types of messages that can light a node; the others only identify a person. */
export const LIGHTS: ReadonlySet<string> = new Set(["track", "page", "screen"]);

/** How a row is marked. */
export interface RowMarks {
  readonly followed: boolean;
  readonly unmapped: boolean;
  readonly late: boolean;
  readonly labels: string;
  /** The first trace token, "" if there is none. */
  readonly token: string;
}

/** How a row is marked, and the labels of what it lit. */
export function rowMarks(row: FeedRow, nodes: readonly Node[], follows: readonly string[]): RowMarks {
  const lights = LIGHTS.has(row.type);
  const [first, ...more] = row.nodes.map((uuid) => nodes.find((node) => node.uuid === uuid)?.label ?? uuid);
  return {
    followed: row.traces.some(({ token }) => follows.includes(token)),
    unmapped: lights && row.nodes.length === 0,
    late: row.flags.includes("late"),
    labels: first === undefined ? (lights ? "Unmapped" : "—") : more.length > 0 ? `${first} +${more.length}` : first,
    token: row.traces[0]?.token ?? "",
  };
}

const iso = (at: number): string | null => (Number.isFinite(at) ? new Date(at).toISOString() : null);

/** A row as the wire wrote it, for people to copy. */
export function rawOf(row: FeedRow): Record<string, unknown> {
  const { id, type, name, source, traces, nodes, properties, flags } = row;
  return { id, type, name, occurred_at: iso(row.occurredAt), arrived_at: iso(row.arrivedAt), segment_received_at: iso(row.receivedAt), source, traces, nodes, properties, flags };
}

/** Rows looked at for the lag: enough that one late event does not speak for all. */
const LAG_ROWS = 50;

/** The median lag of the last rows, in milliseconds; null before the first. */
export function lagOfLast(state: State): number | null {
  const lags = feed(state, { start: 0, count: LAG_ROWS }).rows.flatMap((row) => lag(row) ?? []);
  return lags.sort((a, b) => a - b)[lags.length >> 1] ?? null;
}

/** The sources of the last rows. */
export function sourcesHeard(state: State): string[] {
  return [...new Set(feed(state, { start: 0, count: LAG_ROWS }).rows.map(({ source }) => source))].sort();
}

/** The last rows that lit a node, newest first. */
export function rowsOfNode(state: State, node: string, most: number): FeedRow[] {
  const found: FeedRow[] = [];
  const { events: ring } = state.accumulation;
  for (let at = ring.end - 1; at >= ring.start && found.length < most; at -= 1) {
    const one = row(state, at);
    if (one?.nodes.includes(node)) found.push(one);
  }
  return found;
}

/** Values seen per property, the most frequent first; at most `most` values each. */
export function valuesOf(rows: readonly FeedRow[], most = 4): { property: string; values: { value: string; count: number }[]; distinct: number }[] {
  const seen = new Map<string, Map<string, number>>();
  for (const { properties } of rows)
    for (const [property, of] of Object.entries(properties)) {
      const counts = seen.get(property) ?? new Map<string, number>();
      const text = value(of);
      counts.set(text, (counts.get(text) ?? 0) + 1);
      seen.set(property, counts);
    }
  return [...seen].map(([property, counts]) => {
    const values = [...counts].map(([text, count]) => ({ value: text, count })).sort((a, b) => b.count - a.count);
    return { property, values: values.slice(0, most), distinct: values.length };
  });
}
