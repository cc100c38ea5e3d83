/** The engine: (state, input) → state, without DOM, clock or network. The same inputs give the same state. */
import { countBatch, countGap } from "./apply.ts";
import { bind, unbind } from "./bind.ts";
import { caughtUp, pause, resume, settle, shownAt } from "./clock.ts";
import { parseFilter, resolveFilter } from "./filter.ts";
import { countTap } from "./hear.ts";
import { hold, release } from "./held.ts";
import type { Input } from "./input.ts";
import { createKept } from "./kept.ts";
import { createTable } from "./matching.ts";
import { turnOff, turnOn } from "./on.ts";
import { type Out, SILENT } from "./out.ts";
import { isProblem } from "./problem.ts";
import { receive } from "./receive.ts";
import type { State } from "./state.ts";
import { redoJoin, undoJoin } from "./traces/join.ts";
import { follow, retrace } from "./trail.ts";
import { undo } from "./undo.ts";
import { viewOf } from "./view.ts";
import type { Graph } from "./wire.gen.ts";

/** Takes one input in. `out` hears of every hit and step as the picture reaches it: at once, or when a pause has been caught up with. */
export function reduce(state: State, input: Input, out: Out = SILENT): State {
  state.revision += 1;
  drain(state, input.at, out);
  switch (input.kind) {
    case "on": turnOn(state, input); break;
    case "off":
      turnOff(state, input.lane);
      if (state.lanes.length > 0) break;
      settle(state.clock);
      drain(state, input.at, out);
      break;
    case "graph": regraph(state, input.graph); break;
    case "frame": receive(state, input.frame, input.at, out); break;
    case "tap":
      if (state.clock.frozenAt === null) countTap(state, input.message, input.at, out);
      else hold(state.held, { kind: "tap", at: input.at, message: input.message }, state.options.held);
      break;
    case "connection":
      if (state.connection !== input.state) state.connectionSince = input.at;
      state.connection = input.state;
      break;
    case "tick": break;
    case "pause": pause(state.clock, input.at); break;
    case "resume": resume(state.clock, input.at, input.speed); drain(state, input.at, out); break;
    case "clear": clear(state, input.at); break;
    case "undo": if (state.undo !== null) undo(state, state.undo); break;
    case "filter": filter(state, input.text); break;
    case "bind": bind(state, input.name, input.node); break;
    case "unbind": unbind(state, input.name); break;
    case "follow": follow(state, [...state.follows.filter((token) => token !== input.token), input.token]); break;
    case "unfollow": follow(state, state.follows.filter((token) => token !== input.token)); break;
    case "unfollowAll": follow(state, []); break;
    case "unjoin": if (state.kept.traces !== null) undoJoin(state.kept.traces, input.join); break;
    case "rejoin": if (state.kept.traces !== null) redoJoin(state.kept.traces, input.join); break;
  }
  return state;
}

/** Counts what a pause held, as far as the picture's clock has come. */
function drain(state: State, at: number, out: Out): void {
  if (state.clock.frozenAt !== null && state.clock.catching === null) return;
  for (const entry of release(state.held, shownAt(state.clock, at))) {
    if (entry.kind === "batch") countBatch(state, entry.frame, entry.at, out);
    else if (entry.kind === "gap") countGap(state, entry.frame, entry.at);
    else countTap(state, entry.message, entry.at, out);
  }
  if (caughtUp(state.clock, at)) settle(state.clock);
}

function clear(state: State, at: number): void {
  const before = state.kept;
  state.kept = createKept(state.options, state.graph, shownAt(state.clock, at), before);
  state.kept.view = viewOf(state.kept.ring, state.filter);
  state.undo = before;
  follow(state, state.follows);
}

/** A filter that cannot be read changes nothing but says why. */
function filter(state: State, text: string): void {
  const parsed = parseFilter(text);
  state.filterText = text;
  state.filterProblem = isProblem(parsed) ? parsed : null;
  if (isProblem(parsed)) return;
  state.filter = resolveFilter(parsed, state.graph?.nodes ?? []);
  state.kept.view = viewOf(state.kept.ring, state.filter);
}

/** The graph was reloaded: counts stay with their nodes, traces are made anew from the events that are held. */
function regraph(state: State, graph: Graph): void {
  state.graph = graph;
  state.table = createTable(graph.listens);
  if (state.wantsGraph === graph.version) state.wantsGraph = null;
  filter(state, state.filterText);
  for (const kept of [state.kept, state.undo]) if (kept !== null) retrace(kept, graph, state.binds);
}
