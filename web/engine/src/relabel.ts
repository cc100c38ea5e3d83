/** Moves what the tap counted to the name and nodes under which a message left, and takes back what proved to be another message's call. */
import { lightOf } from "./kept.ts";
import { glow, unglow } from "./light.ts";
import type { Out } from "./out.ts";
import { amend, forget, type NewRow, type Row, rowAt } from "./ring.ts";
import type { State } from "./state.ts";
import { countLocal, shown, type Tally, uncountLocal } from "./tally.ts";
import { relight } from "./traces/relight.ts";
import { nameOf, unmappedLocal } from "./unmapped.ts";
import { viewOf } from "./view.ts";

/** What a message is known by, and what that lights. */
export type Label = Pick<Row, "name" | "nodes" | "bound" | "properties">;

/** Gives the row `number`, which the tap alone has brought, another label: its hits leave the old nodes and name and count under the new ones.
 * A middleware that renames a message makes it one row and one count this way, whichever lane brings it first. */
export function relabel(state: State, number: number, label: Label, at: number, out: Out): void {
  const { kept } = state;
  const row = rowAt(kept.ring, number);
  if (row === null) return;
  const same = row.name === label.name && row.nodes.join() === label.nodes.join();
  amend(kept.ring, number, { ...label, ...(row.name === label.name ? {} : { way: { ...row.way, as: row.way?.as ?? row.name } }) });
  if (!same) {
    uncount(state, row, label.nodes);
    for (const node of label.nodes) {
      const light = row.nodes.includes(node) ? null : lightOf(kept.nodes, node, state.options.nodes);
      if (light === null) continue;
      countLocal(light, false);
      glow(light, row.at, 1);
      if (kept.view.filtered === null) out.hit({ node, at, late: false, token: row.traces[0]?.token ?? null, count: 1 });
    }
    if (label.nodes.length > 0) countLocal(kept.mapped, false);
    else {
      unmappedLocal(kept.unmapped, label.name, false, at, state.options.unmapped);
      const entry = nameOf(kept.unmapped, label.name, at, state.options.unmapped);
      if (entry !== null) entry.sample = number;
    }
    if (kept.traces !== null) relight(kept.traces, { ...row, ...label });
  }
  if (state.filter.terms.length > 0) kept.view = viewOf(kept.ring, state.filter);
}

/** Takes the row `number` back, of which another row is the true one. */
export function withdraw(state: State, number: number): void {
  const { kept } = state;
  const row = rowAt(kept.ring, number);
  if (row === null) return;
  uncount(state, row, []);
  uncountLocal(kept.total);
  forget(kept.ring, number);
  kept.view = viewOf(kept.ring, state.filter);
}

/** Takes a row's hits off its nodes and its name, save those of `staying`. */
function uncount(state: State, row: Pick<NewRow, "name" | "nodes" | "at"> & Pick<Row, "row">, staying: readonly string[]): void {
  const { kept } = state;
  for (const node of row.nodes) {
    const light = kept.nodes.get(node);
    if (light === undefined || staying.includes(node)) continue;
    uncountLocal(light);
    unglow(light, row.at, shown(light) === 0 ? null : lastOf(state, node, row.row));
  }
  if (row.nodes.length > 0) {
    uncountLocal(kept.mapped);
    return;
  }
  const entry: Tally = kept.unmapped.names.get(row.name) ?? kept.unmapped.other;
  uncountLocal(entry);
  if (entry !== kept.unmapped.other && shown(entry) === 0) kept.unmapped.names.delete(row.name);
}

/** Rows looked through for what lit a node before. */
const LOOKED_AT = 500;

/** When a node was lit before the row `number`, as far as that is held; null where it is not. */
function lastOf({ kept: { ring } }: State, node: string, number: number): number | null {
  for (let one = number - 1; one >= Math.max(ring.start, number - LOOKED_AT); one -= 1) {
    const row = rowAt(ring, one);
    if (row?.nodes.includes(node) === true) return row.at;
  }
  return null;
}
