/** Counts what the tap heard: one message once, whatever its stages, and only until its remote twin is counted. */
import { enter } from "./carry.ts";
import { holding, lightOf, logged } from "./kept.ts";
import { glow } from "./light.ts";
import { match } from "./matching.ts";
import { nearMisses } from "./near.ts";
import { type Out, SILENT } from "./out.ts";
import { relabel, withdraw } from "./relabel.ts";
import { amend, type Row, rowAt, type Way } from "./ring.ts";
import { fromTap, united } from "./row.ts";
import { LOCAL, look, type Mark, mark, REMOTE } from "./seen.ts";
import type { State } from "./state.ts";
import type { TapMessage } from "./tap.ts";
import { countLocal } from "./tally.ts";
import { advanceTrail } from "./trail.ts";
import { nameOf, unmappedLocal } from "./unmapped.ts";
import { add } from "./window.ts";

/** Stages at which a message is as it leaves: middleware and plugins may have renamed it since it was called. */
const LEAVING: ReadonlySet<string> = new Set<TapMessage["stage"]>(["enriched", "delivered", "failed"]);

/** Counts a message of the local lane, or a further stage of one that is known. */
export function countTap(state: State, message: TapMessage, at: number, out: Out): void {
  const { kept } = state;
  if (message.replaces !== undefined) replace(state, message.replaces, message.messageId);
  const known = look(kept.seen, message.messageId);
  let row = known?.row ?? -1;
  if (known === undefined) row = first(state, message, at, out);
  else {
    const holder = holding(state, known.row);
    further(holder, message, at, known, holder === state ? out : SILENT);
  }
  logged(kept, { kind: "tap", at, row, stage: message.stage, reason: message.reason ?? "" }, state.options.log);
}

/** A call that was told before the SDK had taken it has its own id now: its row goes on under that, unless the message has one by its remote twin. */
function replace(state: State, before: string, id: string): void {
  const { kept } = state;
  const early = look(kept.seen, before);
  const known = look(kept.seen, id);
  // What the server has brought is nobody's early call, whatever a page says.
  if (early === undefined || (early.lanes & REMOTE) !== 0 || early.row === known?.row) return;
  const holder = holding(state, early.row);
  if (known === undefined) {
    amend(holder.kept.ring, early.row, { id });
    for (const { seen } of new Set([kept, holder.kept])) mark(seen, id, early.row, early.lanes);
    return;
  }
  withdraw(holder, early.row);
  mark(kept.seen, before, known.row, known.lanes);
}

function first(state: State, message: TapMessage, at: number, out: Out): number {
  const { kept, options } = state;
  const nodes = lit(state, message);
  const number = enter(state, fromTap(message, nodes.uuids, nodes.bound, at), LOCAL, out, nodes.uuids.length === 0 ? nearMisses(state.table, message.names, message.properties, message.traits ?? {}) : []);
  for (const node of nodes.uuids) {
    const light = lightOf(kept.nodes, node, options.nodes);
    if (light === null) continue;
    countLocal(light, false);
    glow(light, at, 1);
  }
  if (nodes.uuids.length > 0) countLocal(kept.mapped, false);
  else {
    unmappedLocal(kept.unmapped, message.name, false, at, options.unmapped);
    const entry = nameOf(kept.unmapped, message.name, at, options.unmapped);
    if (entry !== null) entry.sample = number;
  }
  countLocal(kept.total, false);
  glow(kept.total, at, 1);
  add(kept.sparkline, at, 1);
  return number;
}

/** A later stage, or the local twin of an event that came from the server first: that one is counted already. */
function further(state: State, message: TapMessage, at: number, known: Mark, out: Out): void {
  const { kept } = state;
  if ((known.lanes & REMOTE) === 0 && LEAVING.has(message.stage)) renamed(state, message, at, known.row, out);
  const row = rowAt(kept.ring, known.row);
  if (row === null) return;
  const traces = row.type === message.type ? united(row.traces, message.traces) : row.traces;
  amend(kept.ring, known.row, { traces, lanes: row.lanes | LOCAL, way: wayOn(row, message, at) });
  if ((row.lanes & LOCAL) !== 0) {
    if (row.traces.length === 0 && traces.length > 0) advanceTrail(kept, row, known.row, traces, out);
    return;
  }
  mark(kept.seen, message.messageId, known.row, known.lanes | LOCAL);
  for (const node of row.nodes) {
    const light = lightOf(kept.nodes, node, state.options.nodes);
    if (light !== null) countLocal(light, true);
  }
  if (row.nodes.length > 0) countLocal(kept.mapped, true);
  else unmappedLocal(kept.unmapped, row.name, true, at, state.options.unmapped);
  countLocal(kept.total, true);
  advanceTrail(kept, row, known.row, traces, null);
}

/** The way with one stage more. Why a call waited is no news once the SDK has taken it. */
function wayOn(row: Row, { stage, reason, page, replaces, name, at: seen }: TapMessage, at: number): Way {
  const { reason: before, ...way } = row.way ?? {};
  const why = reason ?? (replaces === undefined ? before : undefined);
  const as = stage === "called" && name !== row.name ? { as: way.as ?? name } : {};
  return { ...way, ...as, [stage]: way[stage] ?? seen ?? at, ...(why === undefined ? {} : { reason: why }), ...(page === undefined ? {} : { page }) };
}

/** Under the name and with the properties with which it leaves it counts. */
function renamed(state: State, message: TapMessage, at: number, number: number, out: Out): void {
  const row = rowAt(state.kept.ring, number);
  if (row === null || row.type !== message.type) return;
  const { name, properties } = message;
  if (row.name === name && JSON.stringify(row.properties) === JSON.stringify(properties)) return;
  const { uuids: nodes, bound } = lit(state, message);
  relabel(state, number, { name, nodes, bound, properties }, at, out);
}

function lit(state: State, message: TapMessage): { uuids: readonly string[]; bound: boolean } {
  const uuids = message.nodes ?? match(state.table, message.names, message.properties, message.traits ?? {});
  const target = uuids.length === 0 ? state.binds.get(message.name) : undefined;
  return target === undefined ? { uuids, bound: false } : { uuids: [target], bound: true };
}
