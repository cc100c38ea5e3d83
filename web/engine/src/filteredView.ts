/** Filtered view: rows that pass the filter and, with a filter, activity of its own from carried
 * events.
 */
import { type Seeable, type ViewFilter, passes } from "./filter.ts";
import { type Activity, createActivity, createHeatScale, type HeatScale, recordHits } from "./activity.ts";
import { rowsOf, type EventBuffer } from "./eventBuffer.ts";
import { HISTORY } from "./dedupe.ts";
import { isTest } from "./testEvents.ts";

/** The numbers of the rows that pass the filter, kept up to date as rows come and go. */
export interface FilteredView {
  /** Rows that pass, oldest first; those before `from` have left the buffer. */
  rows: number[];
  from: number;
  /** Carried events that passed, and what they lit; null while nothing is filtered. */
  filtered: FilteredCounts | null;
}

/** `asked` counts the events that the filter was asked about, passed or not: the "m" of "n of
 * m".
 */
export interface FilteredCounts {
  readonly total: Activity;
  readonly nodes: Map<string, Activity>;
  readonly scale: HeatScale;
  readonly asked: { total: number; readonly nodes: Map<string, number> };
}

/** The view without a filter, of no rows. */
export function createFilteredView(): FilteredView {
  return { rows: [], from: 0, filtered: null };
}

/** The view of the buffer's rows under a filter. */
export function buildView(events: EventBuffer, filter: ViewFilter): FilteredView {
  const view = createFilteredView();
  if (filter.terms.length > 0) view.filtered = { total: createActivity(), nodes: new Map(), scale: createHeatScale(), asked: { total: 0, nodes: new Map() } };
  for (const row of rowsOf(events)) if ((row.lanes & HISTORY) === 0) addToView(view, events, filter, row, row.row, row.at);
  return view;
}

/** Adds a row if it passes the filter; returns whether it does. */
export function addToView(view: FilteredView, events: EventBuffer, filter: ViewFilter, event: Seeable, row: number, at: number): boolean {
  const counts = isTest(event) ? null : view.filtered;
  const through = filter.terms.length === 0 || passes(filter, event);
  if (through) {
    view.rows.push(row);
    if (counts !== null) {
      recordEvent(counts.total, at);
      for (const node of event.nodes) recordEvent(activityOfNode(counts, node), at);
    }
  }
  if (counts !== null) {
    const { asked } = counts;
    asked.total += 1;
    for (const node of event.nodes) asked.nodes.set(node, (asked.nodes.get(node) ?? 0) + 1);
  }
  trim(view, events);
  return through;
}

function recordEvent(one: Activity, at: number): void {
  one.remote += 1;
  recordHits(one, at, 1);
}

function activityOfNode({ nodes, scale }: FilteredCounts, node: string): Activity {
  const known = nodes.get(node) ?? createActivity(scale);
  nodes.set(node, known);
  return known;
}

/** Drops rows that have left the buffer; the list is compacted when half of it is gone. */
function trim(view: FilteredView, events: EventBuffer): void {
  while (view.from < view.rows.length && (view.rows[view.from] ?? 0) < events.start) view.from += 1;
  if (view.from > 1024 && view.from * 2 > view.rows.length) {
    view.rows = view.rows.slice(view.from);
    view.from = 0;
  }
}
