/** Takes a frame from the wire: does it begin where the engine stands, and is it to be counted at once or held while paused? */
import { countBatch, countGap } from "./apply.ts";
import { baseline, count } from "./doors.ts";
import { forgetTokens } from "./forget.ts";
import { hold } from "./held.ts";
import { logged } from "./kept.ts";
import type { Out } from "./out.ts";
import type { State } from "./state.ts";
import type { Batch, Frame, Gap, Hello } from "./wire.gen.ts";

/** Positions remembered, to tell a repeat from a misfit. */
const PASSED = 64;
/** Positions of a log that a replay remembers, to tell lines that come twice and lines out of their order. */
const REPLAYED = 200_000;
/** Why a replay has a gap. */
export const MISSING = "lines of the session log are missing or cannot be read";
/** More entries than one life of a log has. */
const LIFE = 2 ** 42;

export function receive(state: State, frame: Frame, at: number, out: Out): void {
  state.lastFrameAt = at;
  switch (frame.op) {
    case "hello": hello(state, frame, at); break;
    case "batch": if (fits(state, frame, at)) counted(state, frame, at, out); break;
    case "gap": if (fits(state, frame, at)) missed(state, frame, at); break;
    case "change":
      state.posture = frame.posture;
      state.sampling = frame.sampling;
      state.imposedAt = at;
      state.wantsGraph = frame.graph_version === state.graph?.version ? null : frame.graph_version;
      logged(state.kept, { kind: "frame", at, frame }, state.options.log);
      break;
    case "forget": forgetTokens(state, frame.tokens); break;
    case "beat":
      count(state.doors, frame.ledger);
      if (frame.position !== state.position) ask(state, frame.position);
      break;
    case "bye": state.bye = { at, reason: frame.reason, retryAfter: frame.retry_after }; break;
  }
}

/** A hello says where the stream begins. The engine stays where it stands unless it stands nowhere, or has asked already and got no answer. */
function hello(state: State, frame: Hello, at: number): void {
  const another = state.session !== "" && frame.watch_session_id !== state.session;
  baseline(state.doors, frame.ledger);
  state.session = frame.watch_session_id;
  state.posture = frame.posture;
  state.sampling = frame.sampling;
  state.bye = null;
  state.wantsGraph = state.graph === null || frame.graph_version === state.graph.version ? null : frame.graph_version;
  if (frame.position === state.position) { state.needs = null; return; }
  if (state.position === "") move(state, frame.position);
  else if (another || state.needs !== null) missed(state, { op: "gap", from: state.position, to: frame.position, missed: null, reason: another ? "another watch session" : "the server could not resume" }, at);
}

/** Whether a frame begins where the engine stands. A repeat is passed over; anything else asks for what lies between.
 * A gap of this tab's own making, in a session log, begins nowhere. */
function fits(state: State, frame: Batch | Gap, at: number): boolean {
  if (state.lanes.includes("replay")) return replays(state, frame, at);
  if (state.position === "" || frame.from === state.position || frame.from === "") return true;
  ask(state, frame.from);
  return false;
}

/** A session log is all there is. Lines that are not there are a gap of unknown size; one that comes twice counts once; one that comes out of
 * its order counts where it stands. */
function replays(state: State, frame: Batch | Gap, at: number): boolean {
  const { from } = frame, to = endOf(frame);
  if (from === "" || from === to) return true;
  if (state.replayed.get(from) === to) {
    state.repeats += 1;
    return false;
  }
  if (state.position !== "" && from !== state.position && !beside(state, frame)) {
    state.misfits += 1;
    missed(state, { op: "gap", from: state.position, to: from, missed: null, reason: MISSING }, at);
  }
  return true;
}

/** Whether a replay has been where a frame begins or ends, and has gone on: then it counts and moves nothing. */
function beside(state: State, frame: Batch | Gap): boolean {
  return frame.from !== state.position && (state.replayed.has(frame.from) || state.replayed.has(endOf(frame)));
}

function endOf(frame: Batch | Gap): string {
  return frame.op === "batch" ? frame.position : frame.to;
}

function ask(state: State, from: string): void {
  if (state.passed.includes(from)) state.repeats += 1;
  else {
    state.misfits += 1;
    state.needs = state.position;
  }
}

function counted(state: State, told: Batch, at: number, out: Out): void {
  const frame = placed(state, told);
  pass(state, frame);
  if (state.clock.frozenAt === null) countBatch(state, frame, at, out);
  else hold(state.held, { kind: "batch", at, frame }, state.options.held);
}

function missed(state: State, frame: Gap, at: number): void {
  pass(state, frame);
  if (frame.missed === null) state.lives += 1;
  if (state.clock.frozenAt === null) countGap(state, frame, at);
  else hold(state.held, { kind: "gap", at, frame }, state.options.held);
}

/** Goes to where a frame ends; a replay notes its ends. */
function pass(state: State, frame: Batch | Gap): void {
  const { from } = frame, to = endOf(frame);
  const moves = !state.lanes.includes("replay") || !beside(state, frame);
  if (state.lanes.includes("replay") && from !== to) {
    if (!state.replayed.has(to)) state.replayed.set(to, "");
    if (frame.op === "batch" || !state.replayed.has(from)) state.replayed.set(from, frame.op === "batch" || frame.missed !== null ? to : "");
    for (const [oldest] of state.replayed) if (state.replayed.size > REPLAYED) state.replayed.delete(oldest); else break;
  }
  if (moves) move(state, to);
}

/** After a gap of unknown size the log may count from 1 again: places go on behind all that were given before. A session log holds them as
 * they were reckoned here. */
function placed(state: State, frame: Batch): Batch {
  if (state.lives === 0 || state.lanes.includes("replay")) return frame;
  const before = state.lives * LIFE;
  return { ...frame, events: frame.events.map((event) => (event.offset === undefined ? event : { ...event, offset: before + event.offset })) };
}

function move(state: State, position: string): void {
  state.needs = null;
  if (position === "" || position === state.position) return;
  if (state.position !== "") state.passed.push(state.position);
  if (state.passed.length > PASSED) state.passed.shift();
  state.position = position;
}
