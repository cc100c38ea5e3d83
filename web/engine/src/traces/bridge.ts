/** Bridge from the reducer to the traces: one row in, its steps out. */
import type { Accumulation, State } from "../state.ts";
import type { NearMiss } from "../nearMiss.ts";
import type { Output } from "../actions.ts";
import type { NewRow } from "../eventBuffer.ts";
import { follow, unfollow } from "./retention.ts";
import { migrateTraces } from "./migrate.ts";
import { advance } from "./traces.ts";
import type { Graph, Token } from "../wire.gen.ts";

/** Traces followed at once at most, as on the server. */
const MAX_FOLLOWED = 50;

/** Advances the traces by an event with the tokens known by then; `arrival` is its row's number.
 * `output` is null if the event is known and only its tokens or its offset are new.
 */
export function advanceTrace(accumulation: Accumulation, row: NewRow, arrival: number, tokens: readonly Token[], output: Output | null, near: readonly NearMiss[] = []): void {
  if (accumulation.traces === null) return;
  const steps = advance(accumulation.traces, {
    id: row.id, type: row.type, name: row.name, at: row.at, occurredAt: finiteOr(row.occurredAt, row.at), arrivedAt: finiteOr(row.arrivedAt, row.at),
    order: Number.isNaN(row.order) ? Infinity : row.order, arrival, tokens, nodes: row.nodes, flags: row.flags, near,
  });
  if (output !== null) for (const step of steps) output.step(step);
}

/** Migrates the traces to another version of the graph, or to a node that a name is now bound to.
 */
export function remapTraces(accumulation: Accumulation, graph: Graph, binds: ReadonlyMap<string, string>): void {
  if (accumulation.traces === null) return;
  migrateTraces(accumulation.traces, graph, (mark) => {
    const bound = mark.nodes.length === 0 ? binds.get(mark.name) : undefined;
    return bound === undefined ? null : [bound];
  });
}

/** Follows exactly `tokens`; the last ones if they are too many. */
export function setFollowed(state: State, tokens: readonly string[]): void {
  state.follows = tokens.slice(-MAX_FOLLOWED);
  const { traces } = state.accumulation;
  if (traces === null) return;
  for (const token of [...traces.followed.keys()]) if (!state.follows.includes(token)) unfollow(traces, token);
  for (const token of state.follows) follow(traces, token);
}

/** A missing or unreadable time is replaced by the moment of arrival. */
function finiteOr(time: number, otherwise: number): number {
  return Number.isFinite(time) ? time : otherwise;
}
