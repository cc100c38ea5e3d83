/** Where the reducer meets the traces: one row in, the steps it caused out. */
import type { Kept } from "./kept.ts";
import type { NearMiss } from "./near.ts";
import type { Out } from "./out.ts";
import type { NewRow } from "./ring.ts";
import type { State } from "./state.ts";
import { follow as hold, unfollow as release } from "./traces/follow.ts";
import { regraph } from "./traces/regraph.ts";
import { advance } from "./traces/traces.ts";
import type { Graph, Token } from "./wire.gen.ts";

/** Traces followed at once at most, as the server has it. */
const FOLLOWED = 50;

/** Tells the traces of an event, with the tokens known by then; `heard` is its row's number, which grows in the order of arrival.
 * `out` is null if the event is known and only its tokens or its place in the log are new. */
export function advanceTrail(kept: Kept, row: NewRow, heard: number, tokens: readonly Token[], out: Out | null, near: readonly NearMiss[] = []): void {
  if (kept.traces === null) return;
  const steps = advance(kept.traces, {
    id: row.id, type: row.type, name: row.name, at: row.at, occurredAt: sane(row.occurredAt, row.at), arrivedAt: sane(row.arrivedAt, row.at),
    order: Number.isNaN(row.order) ? Infinity : row.order, heard, tokens, nodes: row.nodes, flags: row.flags, near,
  });
  if (out !== null) for (const step of steps) out.step(step);
}

/** Takes the traces over to another version of the graph, or to a node that a name is bound to now. */
export function retrace(kept: Kept, graph: Graph, binds: ReadonlyMap<string, string>): void {
  if (kept.traces === null) return;
  regraph(kept.traces, graph, (mark) => {
    const bound = mark.nodes.length === 0 ? binds.get(mark.name) : undefined;
    return bound === undefined ? null : [bound];
  });
}

/** Follows exactly `tokens`, the last ones where they are too many. */
export function follow(state: State, tokens: readonly string[]): void {
  state.follows = tokens.slice(-FOLLOWED);
  const { traces } = state.kept;
  if (traces === null) return;
  for (const token of [...traces.held.keys()]) if (!state.follows.includes(token)) release(traces, token);
  for (const token of state.follows) hold(traces, token);
}

/** A time that is missing or unreadable is taken for the moment of arrival. */
function sane(time: number, otherwise: number): number {
  return Number.isFinite(time) ? time : otherwise;
}
