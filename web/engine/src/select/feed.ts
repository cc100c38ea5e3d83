/** The event feed: rows that pass the filter, newest first. */
import { lookUp } from "../dedupe.ts";
import { type Row, rowAt } from "../eventBuffer.ts";
import type { State } from "../state.ts";

/** A part of the events that pass the filter, newest first. */
export interface Feed {
  readonly rows: readonly Row[];
  /** Rows that pass the filter and are still in the buffer. */
  readonly total: number;
}

/** `count` rows from the `start`th newest on. */
export function feed(state: State, range: { readonly start: number; readonly count: number }): Feed {
  const { rows, from } = state.accumulation.view;
  const last = rows.length - 1 - Math.max(0, Math.floor(range.start));
  const out: Row[] = [];
  for (let i = last; i >= from && out.length < range.count; i--) {
    const row = rowAt(state.accumulation.events, rows[i] ?? -1);
    if (row !== null) out.push(row);
  }
  return { rows: out, total: rows.length - from };
}

/** The row of that number, or null if it has left the buffer. */
export function row(state: State, id: number): Row | null {
  return rowAt(state.accumulation.events, id);
}

/** The row of a message, as a trace's timeline names it; null if it has left the buffer. */
export function rowOfMessage(state: State, messageId: string): Row | null {
  const known = lookUp(state.accumulation.dedupe, messageId);
  return known === undefined ? null : rowAt(state.accumulation.events, known.row);
}
