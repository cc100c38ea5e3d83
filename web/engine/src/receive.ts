/** Takes a frame from the wire: does it begin where the engine stands, and is it to be counted at once or held while paused? */
import { countBatch, countGap } from "./apply.ts";
import { baseline, count } from "./doors.ts";
import { forgetTokens } from "./forget.ts";
import { hold } from "./held.ts";
import { write } from "./log.ts";
import type { Out } from "./out.ts";
import type { State } from "./state.ts";
import type { Batch, Frame, Gap, Hello } from "./wire.gen.ts";

/** Positions remembered, to tell a repeat from a misfit. */
const PASSED = 64;
/** More entries than one life of a log has. */
const LIFE = 2 ** 42;

export function receive(state: State, frame: Frame, at: number, out: Out): void {
  state.lastFrameAt = at;
  switch (frame.op) {
    case "hello": hello(state, frame, at); break;
    case "batch": if (fits(state, frame)) counted(state, frame, at, out); break;
    case "gap": if (fits(state, frame)) missed(state, frame, at); break;
    case "change":
      state.posture = frame.posture;
      state.sampling = frame.sampling;
      state.imposedAt = at;
      state.wantsGraph = frame.graph_version === state.graph?.version ? null : frame.graph_version;
      write(state.kept.log, { kind: "frame", at, frame }, state.options.log);
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
function fits(state: State, frame: Batch | Gap): boolean {
  if (state.position === "" || frame.from === state.position || frame.from === "") return true;
  ask(state, frame.from);
  return false;
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
  move(state, frame.position);
  if (state.clock.frozenAt === null) countBatch(state, frame, at, out);
  else hold(state.held, { kind: "batch", at, frame }, state.options.held);
}

function missed(state: State, frame: Gap, at: number): void {
  move(state, frame.to);
  if (frame.missed === null) state.lives += 1;
  if (state.clock.frozenAt === null) countGap(state, frame, at);
  else hold(state.held, { kind: "gap", at, frame }, state.options.held);
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
