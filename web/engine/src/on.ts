/** On and Off: what begins an accumulation, and what ends the lanes. */
import { createClock } from "./clock.ts";
import { resolveFilter } from "./filter.ts";
import { createHeld } from "./held.ts";
import type { Input, LaneName } from "./input.ts";
import { createKept } from "./kept.ts";
import { createTable } from "./matching.ts";
import type { State } from "./state.ts";
import { viewOf } from "./view.ts";

/** Begins an accumulation, or adds a lane to the one that is on under the same session. */
export function turnOn(state: State, input: Extract<Input, { kind: "on" }>): void {
  if (state.lanes.length > 0 && input.session === state.session && input.graph.version === state.graph?.version) {
    if (!state.lanes.includes(input.lane)) state.lanes = [...state.lanes, input.lane];
    if (state.position === "" && input.lane !== "local") state.position = input.position;
    return;
  }
  const filter = resolveFilter(state.filter, input.graph.nodes);
  const kept = createKept(state.options, input.graph, input.at);
  kept.view = viewOf(kept.ring, filter);
  Object.assign(state, {
    lanes: [input.lane], session: input.session, startedAt: input.at, graph: input.graph, table: createTable(input.graph.listens),
    position: input.lane === "local" ? "" : input.position, lives: 0, passed: [], needs: null, replayed: new Map(), wantsGraph: null, bye: null, threshold: 1, thinnedAt: null, imposedAt: input.at, doors: new Map(),
    clock: createClock(), held: createHeld(), filter, binds: new Map(), follows: [], repeats: 0, misfits: 0, kept, undo: null,
  } satisfies Partial<State>);
}

/** Ends one lane, or all; what was collected stays until the next On. */
export function turnOff(state: State, lane: LaneName | undefined): void {
  state.lanes = lane === undefined ? [] : state.lanes.filter((one) => one !== lane);
  if (state.lanes.every((one) => one === "local")) state.needs = null;
}
