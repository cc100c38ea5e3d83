/** Counts what the tap heard: one message once, whatever its stages, and only until its remote twin is counted. */
import { enter } from "./carry.ts";
import { lightOf } from "./kept.ts";
import { glow } from "./light.ts";
import { write } from "./log.ts";
import { match } from "./matching.ts";
import { nearMisses } from "./near.ts";
import type { Out } from "./out.ts";
import { amend, rowAt } from "./ring.ts";
import { fromTap, united } from "./row.ts";
import { LOCAL, look, type Mark, mark } from "./seen.ts";
import type { State } from "./state.ts";
import type { TapMessage } from "./tap.ts";
import { countLocal } from "./tally.ts";
import { advanceTrail } from "./trail.ts";
import { nameOf, unmappedLocal } from "./unmapped.ts";
import { add } from "./window.ts";

/** Counts a message of the local lane, or a further stage of one that is known. */
export function countTap(state: State, message: TapMessage, at: number, out: Out): void {
  const { kept } = state;
  const known = look(kept.seen, message.messageId);
  let row = known?.row ?? -1;
  if (known === undefined) row = first(state, message, at, out);
  else further(state, message, at, known);
  write(kept.log, { kind: "tap", at, row, stage: message.stage, reason: message.reason ?? "" }, state.options.log);
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
function further(state: State, message: TapMessage, at: number, known: Mark): void {
  const { kept } = state;
  const row = rowAt(kept.ring, known.row);
  if (row === null) return;
  const traces = row.type === message.type ? united(row.traces, message.traces) : row.traces;
  const reason = message.reason === undefined ? {} : { reason: message.reason };
  const page = message.page === undefined ? {} : { page: message.page };
  amend(kept.ring, known.row, { traces, lanes: row.lanes | LOCAL, way: { ...row.way, [message.stage]: row.way?.[message.stage] ?? message.at ?? at, ...reason, ...page } });
  if ((row.lanes & LOCAL) !== 0) return;
  mark(kept.seen, message.messageId, known.row, known.lanes | LOCAL);
  for (const node of row.nodes) {
    const light = lightOf(kept.nodes, node, state.options.nodes);
    if (light !== null) countLocal(light, true);
  }
  if (row.nodes.length > 0) countLocal(kept.mapped, true);
  else unmappedLocal(kept.unmapped, row.name, true, at, state.options.unmapped);
  countLocal(kept.total, true);
  advanceTrail(kept, row, traces, null);
}

function lit(state: State, message: TapMessage): { uuids: readonly string[]; bound: boolean } {
  const uuids = message.nodes ?? match(state.table, message.names, message.properties, message.traits ?? {});
  const target = uuids.length === 0 ? state.binds.get(message.name) : undefined;
  return target === undefined ? { uuids, bound: false } : { uuids: [target], bound: true };
}
