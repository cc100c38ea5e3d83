/** What the filter lets through: rows of the ring, and, while there is a filter, lights of their own from carried events. */
import { type Seeable, type ViewFilter, passes } from "./filter.ts";
import { createLight, glow, type Light } from "./light.ts";
import { rows, type Ring } from "./ring.ts";
import { HISTORY } from "./seen.ts";

export interface View {
  /** Rows that pass, oldest first; those before `from` have left the ring. */
  rows: number[];
  from: number;
  /** Carried events that passed, and what they lit; null while nothing is filtered. */
  filtered: { readonly total: Light; readonly nodes: Map<string, Light> } | null;
}

export function createView(): View {
  return { rows: [], from: 0, filtered: null };
}

/** The view of what the ring holds under a filter. */
export function viewOf(ring: Ring, filter: ViewFilter): View {
  const view = createView();
  if (filter.terms.length > 0) view.filtered = { total: createLight(), nodes: new Map() };
  for (const row of rows(ring)) if ((row.lanes & HISTORY) === 0) see(view, ring, filter, row, row.row, row.at);
  return view;
}

/** Takes a row in where the filter lets it through; says whether it did. */
export function see(view: View, ring: Ring, filter: ViewFilter, event: Seeable, row: number, at: number): boolean {
  const through = filter.terms.length === 0 || passes(filter, event);
  if (through) {
    view.rows.push(row);
    if (view.filtered !== null) {
      light(view.filtered.total, at);
      for (const node of event.nodes) light(entry(view.filtered.nodes, node), at);
    }
  }
  trim(view, ring);
  return through;
}

function light(one: Light, at: number): void {
  one.remote += 1;
  glow(one, at, 1);
}

function entry(nodes: Map<string, Light>, node: string): Light {
  const known = nodes.get(node) ?? createLight();
  nodes.set(node, known);
  return known;
}

/** Lets go of rows that the ring has lost; the list is compacted when half of it is gone. */
function trim(view: View, ring: Ring): void {
  while (view.from < view.rows.length && (view.rows[view.from] ?? 0) < ring.start) view.from += 1;
  if (view.from > 1024 && view.from * 2 > view.rows.length) {
    view.rows = view.rows.slice(view.from);
    view.from = 0;
  }
}
