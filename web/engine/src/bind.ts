/** Binds an unmapped name to a node for this session, back-filled: what was counted under the name counts at the node. */
import type { Summable } from "./batch.ts";
import { lightOf, type Kept } from "./kept.ts";
import { glow } from "./light.ts";
import type { Logged } from "./log.ts";
import { match } from "./matching.ts";
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

/** Ends a binding for what comes. What it filled stays: the log, and what a pause holds, say from here on that the node was lit. */
export function unbind(state: State, name: string): void {
  const node = state.binds.get(name);
  if (node === undefined) return;
  state.binds.delete(name);
  for (const kept of [state.kept, state.undo]) if (kept !== null) settle(kept, name, node);
  state.held.entries = state.held.entries.map((entry) => {
    if (entry.kind === "gap") return entry;
    if (entry.kind === "batch") return { ...entry, frame: { ...lighting(entry.frame, name, node), events: entry.frame.events.map((event) => (event.name === name && event.nodes.length === 0 ? { ...event, nodes: [node] } : event)) } };
    const { message } = entry;
    const lit = message.name === name && match(state.table, message.names, message.properties, message.traits ?? {}).length === 0;
    return lit ? { ...entry, message: { ...message, nodes: [node] } } : entry;
  });
}

function settle(kept: Kept, name: string, node: string): void {
  const lit = (entry: Logged): Logged => (entry.kind === "batch" ? { ...entry, frame: lighting(entry.frame, name, node) } : entry);
  kept.log.head = kept.log.head.map(lit);
  kept.log.entries = kept.log.entries.map(lit);
  for (const row of rows(kept.ring)) if (row.bound && row.name === name) amend(kept.ring, row.row, { bound: false });
}

/** A frame whose events of `name`, which it counted as unmapped, lit `node`. */
function lighting<F extends Summable>(frame: F, name: string, node: string): F {
  const n = Object.hasOwn(frame.unmapped, name) ? (frame.unmapped[name] ?? 0) : 0;
  if (n === 0) return frame;
  const { counts, ledger } = frame;
  const unmapped = Object.fromEntries(Object.entries(frame.unmapped).filter(([other]) => other !== name));
  return { ...frame, counts: { ...counts, [node]: (counts[node] ?? 0) + n }, unmapped, ledger: { ...ledger, lit: ledger.lit + n, unmapped: ledger.unmapped - n } };
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
