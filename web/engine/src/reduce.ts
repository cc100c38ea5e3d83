/** The engine: (state, input) → state, without DOM, clock or network. The same inputs give the same
 * state.
 */
import { applyBatch, applyGap } from "./ingest.ts";
import { bind, turnOff, turnOn, unbind, undoClear } from "./session.ts";
import { caughtUp, drainUntil, pause, pushPaused, resume, shownAt, showPresent } from "./pauseBuffer.ts";
import { ignoredPatterns } from "./ignoredNames.ts";
import { parseFilter, resolveFilter } from "./filter.ts";
import { ingestTapMessage } from "./localEvents.ts";
import { type Action, type Output, SILENT } from "./actions.ts";
import { createAccumulation, type State } from "./state.ts";
import { createTable } from "./matching.ts";
import { isProblem } from "./problem.ts";
import { receiveFrame } from "./receiveFrame.ts";
import { rematchHeld } from "./rematch.ts";
import { redoJoin, undoJoin } from "./traces/identity.ts";
import { setFollowed, remapTraces } from "./traces/bridge.ts";
import { buildView } from "./filteredView.ts";
import type { Graph } from "./wire.gen.ts";

/** Applies one action. `output` receives every hit and step when the picture reaches it: at once,
 * or after a pause.
 */
export function reduce(state: State, input: Action, output: Output = SILENT): State {
  state.revision += 1;
  drainPaused(state, input.at, output);
  switch (input.kind) {
    case "on": turnOn(state, input); break;
    case "off":
      turnOff(state, input.lane);
      if (state.lanes.length > 0) break;
      showPresent(state.clock);
      drainPaused(state, input.at, output);
      break;
    case "graph":
      changeGraph(state, input.graph, input.rematch !== undefined && input.rematch.length > 0);
      rematchHeld(state, new Set(input.rematch), input.at);
      break;
    case "frame": receiveFrame(state, input.frame, input.at, output); break;
    case "tap":
      if (state.clock.frozenAt === null) ingestTapMessage(state, input.message, input.at, output);
      else pushPaused(state.pauseBuffer, { kind: "tap", at: input.at, message: input.message }, state.options.paused);
      break;
    case "connection":
      if (state.connection !== input.state) state.connectionSince = input.at;
      state.connection = input.state;
      break;
    case "tick": break;
    case "pause": pause(state.clock, input.at); break;
    case "resume": resume(state.clock, input.at, input.speed); drainPaused(state, input.at, output); break;
    case "clear": clear(state, input.at); break;
    case "undo": if (state.undo !== null) undoClear(state, state.undo); break;
    case "filter": setFilter(state, input.text); break;
    case "bind": bind(state, input.name, input.node); break;
    case "unbind": unbind(state, input.name); break;
    case "ignore": state.ignored = ignoredPatterns(input.patterns); break;
    case "follow": setFollowed(state, [...state.follows.filter((token) => token !== input.token), input.token]); break;
    case "unfollow": setFollowed(state, state.follows.filter((token) => token !== input.token)); break;
    case "unfollowAll": setFollowed(state, []); break;
    case "unjoin": if (state.accumulation.traces !== null) undoJoin(state.accumulation.traces, input.join); break;
    case "rejoin": if (state.accumulation.traces !== null) redoJoin(state.accumulation.traces, input.join); break;
  }
  return state;
}

/** Applies entries of the pause buffer, up to the picture's clock. */
function drainPaused(state: State, at: number, output: Output): void {
  if (state.clock.frozenAt !== null && state.clock.catchUp === null) return;
  for (const entry of drainUntil(state.pauseBuffer, shownAt(state.clock, at))) {
    if (entry.kind === "batch") applyBatch(state, entry.frame, entry.at, output);
    else if (entry.kind === "gap") applyGap(state, entry.frame, entry.at);
    else ingestTapMessage(state, entry.message, entry.at, output);
  }
  if (caughtUp(state.clock, at)) showPresent(state.clock);
}

function clear(state: State, at: number): void {
  const before = state.accumulation;
  state.accumulation = createAccumulation(state.options, state.graph, shownAt(state.clock, at), before);
  state.accumulation.view = buildView(state.accumulation.events, state.filter);
  // What waits in a pause is counted after this.
  const waiting = state.pauseBuffer.entries.find((entry) => entry.kind !== "tap");
  state.accumulation.position = waiting?.frame.from ?? state.position;
  state.undo = before;
  setFollowed(state, state.follows);
}

/** Sets the filter. An invalid one changes nothing but `filterProblem`. */
function setFilter(state: State, text: string): void {
  const parsed = parseFilter(text);
  state.filterText = text;
  state.filterProblem = isProblem(parsed) ? parsed : null;
  if (isProblem(parsed)) return;
  state.filter = resolveFilter(parsed, state.graph?.nodes ?? []);
  state.accumulation.view = buildView(state.accumulation.events, state.filter);
}

/** Changes the graph: counts stay with their nodes, traces are derived anew from the events in the
 * buffer.
 */
function changeGraph(state: State, graph: Graph, rematching: boolean): void {
  const moved = state.graph !== null && ways(state.graph) === ways(graph);
  state.graph = graph;
  state.table = createTable(graph.listens);
  if (state.wantsGraph === graph.version) state.wantsGraph = null;
  if (moved) return;
  setFilter(state, state.filterText);
  // Matching again derives the traces anew, too.
  if (rematching) return;
  for (const accumulation of [state.accumulation, state.undo]) if (accumulation !== null) remapTraces(accumulation, graph, state.binds);
}

/** What traces and filters read of a graph; positions and colours are not in it. */
function ways({ nodes, edges, listens }: Graph): string {
  return JSON.stringify([nodes.map(({ uuid, id, label, type, absorbing, outcome, start, dark }) => [uuid, id, label, type, absorbing, outcome, start, dark]), edges.map(({ uuid, source, target }) => [uuid, source, target]), listens.map(({ node }) => node)]);
}
