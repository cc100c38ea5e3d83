/** Receives frames: order, repeats, gaps, and what each kind of frame changes. */
import { type Output, SILENT } from "./actions.ts";
import { eraseRow, rowsOf } from "./eventBuffer.ts";
import { buildView } from "./filteredView.ts";
import { applyBatch, applyGap } from "./ingest.ts";
import { addCounters, setBaseline } from "./ledger.ts";
import { forgetPaused, pushPaused } from "./pauseBuffer.ts";
import { type Accumulation, appendToLog, type State } from "./state.ts";
import { countTestsApart } from "./testEvents.ts";
import { forgetTraces } from "./traces/retention.ts";
import type { Batch, Frame, Gap, Hello } from "./wire.gen.ts";

// Forgetting: drops everything that carries a token, on a person's request. Counts stay: they
// identify no one.

/** Forgets tokens in the accumulation, in the one that Clear set aside, and in the pause buffer. */
export function forgetTokens(state: State, tokens: readonly string[]): void {
  const gone = new Set(tokens);
  forgetPaused(state.pauseBuffer, gone);
  for (const accumulation of [state.accumulation, state.undo]) if (accumulation !== null) forgetIn(accumulation, gone);
  state.accumulation.view = buildView(state.accumulation.events, state.filter);
  state.follows = state.follows.filter((token) => !gone.has(token));
}

function forgetIn(accumulation: Accumulation, gone: ReadonlySet<string>): void {
  for (const row of rowsOf(accumulation.events)) if (row.traces.some((trace) => gone.has(trace.token))) eraseRow(accumulation.events, row.row);
  if (accumulation.traces !== null) forgetTraces(accumulation.traces, [...gone]);
}

// Receiving: checks that a frame begins at the engine's position, then applies it or adds it to the
// pause buffer.

/** Positions remembered, to distinguish a repeat from a misfit. */
const MAX_POSITIONS = 64;
/** Positions remembered by a replay, to recognise repeated lines and lines out of order. */
const MAX_REPLAYED = 200_000;
/** What is older than this is counted without a light, which would say that it is now. */
const MAX_LIGHT_MS = 5000;
/** Why a replay has a gap. */
export const MISSING_LINES = "lines of the session log are missing or cannot be read";
/** More entries than one life of a log has. */
const EPOCH_ENTRIES = 2 ** 42;

/** Takes in one frame. A batch or gap that does not join the last position is dropped, and a
 * resync asked for.
 */
export function receiveFrame(state: State, frame: Frame, at: number, output: Output): void {
  state.lastFrameAt = at;
  switch (frame.op) {
    case "hello": hello(state, frame, at); break;
    case "batch": {
      if (!isContiguous(state, frame, at)) break;
      const { age_ms: age = 0 } = frame;
      const moment = (state.batchAt = age === 0 ? at : Math.max(state.batchAt, at - age));
      if (state.recounting === "late") state.accumulation.since = moment;
      if (state.recounting === "late" || age === 0) state.recounting = age === 0 ? "" : "whole";
      receiveBatch(state, frame, moment, age > MAX_LIGHT_MS ? SILENT : output);
      break;
    }
    case "gap": if (isContiguous(state, frame, at)) receiveGap(state, frame, at); break;
    case "change":
      state.posture = frame.posture;
      state.sampling = frame.sampling;
      state.policySince = at;
      state.wantsGraph = frame.graph_version === state.graph?.version ? null : frame.graph_version;
      appendToLog(state.accumulation, { kind: "frame", at, frame }, state.options.log);
      break;
    case "forget": forgetTokens(state, frame.tokens); break;
    case "beat":
      if (state.recounting === "late") state.accumulation.since = at;
      state.recounting = "";
      addCounters(state.ingestCounters, frame.ledger);
      if (frame.position !== state.position) requestResync(state, frame.position);
      break;
    case "company": break;
    case "bye": state.bye = { at, reason: frame.reason, retryAfter: frame.retry_after }; break;
  }
}

/** A hello says at which position the stream begins. The engine keeps its own, unless it has none,
 * or has requested a resync and got no answer.
 */
function hello(state: State, frame: Hello, at: number): void {
  const another = state.session !== "" && frame.watch_session_id !== state.session;
  setBaseline(state.ingestCounters, frame.ledger);
  state.session = frame.watch_session_id;
  state.posture = frame.posture;
  state.sampling = frame.sampling;
  state.bye = null;
  state.wantsGraph = state.graph === null || frame.graph_version === state.graph.version ? null : frame.graph_version;
  if (frame.position === state.position) { state.resyncFrom = null; return; }
  if (state.position === "") moveTo(state, frame.position);
  else if (another || state.resyncFrom !== null) receiveGap(state, { op: "gap", from: state.position, to: frame.position, missed: null, reason: another ? "another watch session" : "the server could not resume" }, at);
}

/** Whether a frame begins at the engine's position. A repeat is ignored; anything else requests
 * what lies between. A gap of this tab's own making, in a session log, has no position.
 */
function isContiguous(state: State, frame: Batch | Gap, at: number): boolean {
  if (state.lanes.includes("replay")) return acceptReplayed(state, frame, at);
  if (state.position === "" || frame.from === state.position || frame.from === "") return true;
  requestResync(state, frame.from);
  return false;
}

/** Replay of a session log, which cannot be asked for more: missing lines are a gap of unknown
 * size, a repeated line counts once, and a line out of order counts in its place.
 */
function acceptReplayed(state: State, frame: Batch | Gap, at: number): boolean {
  const { from } = frame, to = endOf(frame);
  if (from === "" || from === to) return true;
  if (state.replayed.get(from) === to) {
    state.repeats += 1;
    return false;
  }
  if (state.position !== "" && from !== state.position && !isRevisited(state, frame)) {
    state.misfits += 1;
    receiveGap(state, { op: "gap", from: state.position, to: from, missed: null, reason: MISSING_LINES }, at);
  }
  return true;
}

/** Whether a replay has passed either end of a frame and has gone on: then the frame counts, but
 * moves nothing.
 */
function isRevisited(state: State, frame: Batch | Gap): boolean {
  return frame.from !== state.position && (state.replayed.has(frame.from) || state.replayed.has(endOf(frame)));
}

function endOf(frame: Batch | Gap): string {
  return frame.op === "batch" ? frame.position : frame.to;
}

function requestResync(state: State, from: string): void {
  if (state.recentPositions.includes(from)) state.repeats += 1;
  else {
    state.misfits += 1;
    state.resyncFrom = state.position;
  }
}

function receiveBatch(state: State, batch: Batch, at: number, output: Output): void {
  const frame = countTestsApart(withOffsets(state, batch));
  advancePosition(state, frame);
  if (state.clock.frozenAt === null) applyBatch(state, frame, at, output);
  else pushPaused(state.pauseBuffer, { kind: "batch", at, frame }, state.options.paused);
}

function receiveGap(state: State, frame: Gap, at: number): void {
  advancePosition(state, frame);
  if (frame.missed === null) state.lives += 1;
  // What the log has dropped before the first event that it holds is not missed: counting begins
  // later.
  if (state.recounting !== "" && state.accumulation.frameSums.offered === 0) {
    state.recounting = "late";
    return;
  }
  if (state.clock.frozenAt === null) applyGap(state, frame, at);
  else pushPaused(state.pauseBuffer, { kind: "gap", at, frame }, state.options.paused);
}

/** Moves to a frame's end; a replay remembers its ends. */
function advancePosition(state: State, frame: Batch | Gap): void {
  const { from } = frame, to = endOf(frame);
  const moves = !state.lanes.includes("replay") || !isRevisited(state, frame);
  if (state.lanes.includes("replay") && from !== to) {
    if (!state.replayed.has(to)) state.replayed.set(to, "");
    if (frame.op === "batch" || !state.replayed.has(from)) state.replayed.set(from, frame.op === "batch" || frame.missed !== null ? to : "");
    for (const [oldest] of state.replayed) if (state.replayed.size > MAX_REPLAYED) state.replayed.delete(oldest); else break;
  }
  if (moves) moveTo(state, to);
}

/** After a gap of unknown size the log may count from 1 again: offsets continue behind all earlier
 * ones. A session log contains them as they were computed here.
 */
function withOffsets(state: State, frame: Batch): Batch {
  if (state.lives === 0 || state.lanes.includes("replay")) return frame;
  const before = state.lives * EPOCH_ENTRIES;
  return { ...frame, events: frame.events.map((event) => (event.offset === undefined ? event : { ...event, offset: before + event.offset })) };
}

function moveTo(state: State, position: string): void {
  state.resyncFrom = null;
  if (position === "" || position === state.position) return;
  if (state.position !== "") state.recentPositions.push(state.position);
  if (state.recentPositions.length > MAX_POSITIONS) state.recentPositions.shift();
  state.position = position;
}
