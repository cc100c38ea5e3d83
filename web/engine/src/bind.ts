/** Binds an unmapped name to a node for this session, back-filled: what was counted under the name counts at the node. */
import { lightOf, type Kept } from "./kept.ts";
import { glow } from "./light.ts";
import { amend, rows } from "./ring.ts";
import type { State } from "./state.ts";
import { shown } from "./tally.ts";
import { retrace } from "./trail.ts";
import { viewOf } from "./view.ts";

/** Bindings at most: they are made by hand. */
const BINDS = 200;

/** Binds `name` to the node `uuid`; nothing happens where the graph has no such node or the name lights one already. */
export function bind(state: State, name: string, node: string): void {
  if (state.graph?.nodes.some((one) => one.uuid === node) !== true || state.binds.has(name) || state.binds.size >= BINDS) return;
  state.binds.set(name, node);
  for (const kept of [state.kept, state.undo]) if (kept !== null) fill(state, kept, name, node);
  state.kept.view = viewOf(state.kept.ring, state.filter);
}

/** Ends a binding for what comes; what it filled stays. */
export function unbind(state: State, name: string): void {
  state.binds.delete(name);
}

function fill(state: State, kept: Kept, name: string, node: string): void {
  const entry = kept.unmapped.names.get(name);
  const light = lightOf(kept.nodes, node, state.options.nodes);
  if (entry !== undefined && light !== null) {
    kept.unmapped.names.delete(name);
    for (const part of ["remote", "local", "waiting"] as const) {
      light[part] += entry[part];
      kept.mapped[part] += entry[part];
    }
    if (shown(entry) > 0) light.lastAt = Math.max(light.lastAt ?? 0, entry.lastAt);
  }
  for (const row of rows(kept.ring)) {
    if (row.name !== name || row.nodes.length > 0) continue;
    amend(kept.ring, row.row, { nodes: [node], bound: true });
    if (light !== null) glow(light, row.at, 1);
  }
  if (state.graph !== null) retrace(kept, state.graph, state.binds);
}
