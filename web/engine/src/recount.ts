/** Counts what a session log holds on another graph than the one that it was collected on. */
import type { Row } from "./eventBuffer.ts";
import { match, type Table } from "./matching.ts";
import { namesFromShown } from "./nearMiss.ts";
import type { ExpandedEntry } from "./sessionLog.ts";
import { isTest } from "./testEvents.ts";
import type { Batch, FrameCounts, FrameEvent } from "./wire.gen.ts";

/** The entries as they count on the other graph. `since` is the moment from which on every event is
 * held, `left` the number of events that were counted alone, before it or after.
 */
export interface Recount {
  readonly entries: readonly ExpandedEntry[];
  readonly since: number;
  readonly left: number;
}

/** Matches the events of `entries`, oldest first, by `table`. Events that are counted alone, since
 * no frame carried them or the buffer has dropped them, light nothing: no filter can be asked of
 * them. With `whole`, entries before the last such event are left out. `since` is when counting
 * began.
 */
export function recountEntries(entries: readonly ExpandedEntry[], table: Table, since: number, whole: boolean): Recount {
  const alone = entries.map((entry) => (entry.kind === "frame" && entry.frame.op === "batch" ? countedAlone(entry.frame) : 0));
  const first = whole ? alone.reduce((after, n, index) => (n > 0 ? index + 1 : after), 0) : 0;
  const kept = entries.slice(first).map((entry) => recountEntry(entry, table));
  const left = alone.reduce((sum, n) => sum + n, 0);
  return { entries: kept, since: first === 0 ? since : (entries[first] ?? entries.at(-1))?.at ?? since, left };
}

/** A message of the page, to be matched by the graph that is shown. */
export function recountEntry(entry: ExpandedEntry, table: Table): ExpandedEntry {
  if (entry.kind === "frame") return entry.frame.op === "batch" ? { ...entry, frame: recountBatch(entry.frame, table) } : entry;
  const { nodes: _, ...message } = entry.message;
  return { ...entry, message: { ...message, names: namesFromShown(message.type, message.name) } };
}

function countedAlone({ ledger, events, from, position, tests }: Batch & { readonly tests?: Readonly<Record<string, number>> }): number {
  if (from === position && ledger.offered === 0) return 0;
  const apart = tests === undefined ? 0 : events.filter(isTest).length;
  return Math.max(0, ledger.lit + ledger.unmapped - (events.length - apart));
}

function recountBatch(frame: Batch, table: Table): Batch {
  const events = frame.events.map((event) => ({ ...event, nodes: nodesOf(event, table) }));
  const { tests: _, ...rest } = frame as Batch & { tests?: unknown };
  if (frame.from === frame.position && frame.ledger.offered === 0) return { ...rest, events };
  const counts = new Map<string, number>(), unmapped = new Map<string, number>();
  const add = (to: Map<string, number>, key: string): void => { to.set(key, (to.get(key) ?? 0) + 1); };
  for (const { nodes, name } of events) {
    for (const node of nodes) add(counts, node);
    if (nodes.length === 0) add(unmapped, name);
  }
  const lit = events.filter(({ nodes }) => nodes.length > 0).length;
  const ledger: FrameCounts = { offered: events.length, lit, unmapped: events.length - lit, filtered: 0, missed: 0, carried: events.length, thinned: 0, sampled_out: 0, forgotten: 0 };
  return { ...rest, events, counts: Object.fromEntries(counts), unmapped: Object.fromEntries(unmapped), other: 0, ledger };
}

function nodesOf({ type, name, properties }: Pick<FrameEvent, "type" | "name" | "properties"> | Row, table: Table): readonly string[] {
  return match(table, namesFromShown(type, name), properties, {});
}
