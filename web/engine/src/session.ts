/** A watch session's commands: on, off, undo, bind and unbind. */
import { type Action, type LaneName, SILENT } from "./actions.ts";
import { displayed, recordHits } from "./activity.ts";
import { addMissing } from "./dedupe.ts";
import { rowsOf, updateRow } from "./eventBuffer.ts";
import { resolveFilter } from "./filter.ts";
import { buildView } from "./filteredView.ts";
import { applyBatch, applyGap } from "./ingest.ts";
import type { BatchCounts } from "./ledger.ts";
import { ingestTapMessage } from "./localEvents.ts";
import { createTable, match } from "./matching.ts";
import { createClock, createPauseBuffer } from "./pauseBuffer.ts";
import { expandLog, type LogEntry } from "./sessionLog.ts";
import { type Accumulation, activityOf, createAccumulation, type State } from "./state.ts";
import { remapTraces } from "./traces/bridge.ts";

// On and Off: begin an accumulation, end the lanes.

/** Begins an accumulation, or adds a lane to the one that is on under the same session. */
export function turnOn(state: State, input: Extract<Action, { kind: "on" }>): void {
  if (state.lanes.length > 0 && input.session === state.session && input.graph.version === state.graph?.version) {
    if (!state.lanes.includes(input.lane)) state.lanes = [...state.lanes, input.lane];
    if (state.position === "" && input.lane !== "local") state.position = input.position;
    return;
  }
  const filter = resolveFilter(state.filter, input.graph.nodes);
  const accumulation = createAccumulation(state.options, input.graph, input.at);
  accumulation.view = buildView(accumulation.events, filter);
  Object.assign(state, {
    lanes: [input.lane], session: input.session, startedAt: input.at, graph: input.graph, table: createTable(input.graph.listens),
    position: input.lane === "local" ? "" : input.position, lives: 0, recentPositions: [], resyncFrom: null, replayed: new Map(), wantsGraph: null, bye: null, threshold: 1, thinnedAt: null, policySince: input.at, ingestCounters: new Map(),
    clock: createClock(), pauseBuffer: createPauseBuffer(), filter, binds: new Map(), follows: [], repeats: 0, misfits: 0, accumulation, undo: null,
  } satisfies Partial<State>);
}

/** Ends one lane, or all; what was collected stays until the next On. */
export function turnOff(state: State, lane: LaneName | undefined): void {
  state.lanes = lane === undefined ? [] : state.lanes.filter((one) => one !== lane);
  if (state.lanes.every((one) => one === "local")) state.resyncFrom = null;
}

// Undo of Clear: restores the former accumulation and adds what has come since.

/** One step back: `before` is the accumulation that Clear set aside. */
export function undoClear(state: State, before: Accumulation): void {
  const since = state.accumulation;
  state.accumulation = before;
  state.undo = null;
  state.accumulation.view = buildView(before.events, state.filter);
  for (const entry of expandLog(since.log, since.events, before.events)) {
    if (entry.kind === "tap") ingestTapMessage(state, entry.message, entry.at, SILENT);
    else if (entry.frame.op === "batch") applyBatch(state, entry.frame, entry.at, SILENT);
    else if (entry.frame.op === "gap") applyGap(state, entry.frame, entry.at);
  }
  addMissing(before.dedupe, since.dedupe);
}

// Bind: an unmapped name lights a node for this session, back-filled: its counts move to the node.

/** Bindings at most; they are made by hand. */
const MAX_BINDINGS = 200;

/** Binds `name` to the node `uuid`; nothing happens if the graph has no such node or the name is
 * bound already.
 */
export function bind(state: State, name: string, node: string): void {
  if (state.graph?.nodes.some((one) => one.uuid === node) !== true || state.binds.has(name) || state.binds.size >= MAX_BINDINGS) return;
  state.binds.set(name, node);
  for (const accumulation of [state.accumulation, state.undo]) if (accumulation !== null) backfill(state, accumulation, name, node);
  state.accumulation.view = buildView(state.accumulation.events, state.filter);
}

/** Ends a binding for events to come. What it back-filled stays: from now on the log and the pause
 * buffer record that the node was lit.
 */
export function unbind(state: State, name: string): void {
  const node = state.binds.get(name);
  if (node === undefined) return;
  state.binds.delete(name);
  for (const accumulation of [state.accumulation, state.undo]) if (accumulation !== null) persistBinding(accumulation, name, node);
  state.pauseBuffer.entries = state.pauseBuffer.entries.map((entry) => {
    if (entry.kind === "gap") return entry;
    if (entry.kind === "batch") return { ...entry, frame: { ...asLit(entry.frame, name, node), events: entry.frame.events.map((event) => (event.name === name && event.nodes.length === 0 ? { ...event, nodes: [node] } : event)) } };
    const { message } = entry;
    const lit = message.name === name && match(state.table, message.names, message.properties, message.traits ?? {}).length === 0;
    return lit ? { ...entry, message: { ...message, nodes: [node] } } : entry;
  });
}

function persistBinding(accumulation: Accumulation, name: string, node: string): void {
  const lit = (entry: LogEntry): LogEntry => (entry.kind === "batch" ? { ...entry, frame: asLit(entry.frame, name, node) } : entry);
  accumulation.log.head = accumulation.log.head.map(lit);
  accumulation.log.entries = accumulation.log.entries.map(lit);
  for (const row of rowsOf(accumulation.events)) if (row.bound && row.name === name) updateRow(accumulation.events, row.row, { bound: false });
}

/** A frame whose events of `name`, which it counted as unmapped, lit `node`. */
function asLit<F extends BatchCounts>(frame: F, name: string, node: string): F {
  const n = Object.hasOwn(frame.unmapped, name) ? (frame.unmapped[name] ?? 0) : 0;
  if (n === 0) return frame;
  const { counts, ledger } = frame;
  const unmapped = Object.fromEntries(Object.entries(frame.unmapped).filter(([other]) => other !== name));
  return { ...frame, counts: { ...counts, [node]: (counts[node] ?? 0) + n }, unmapped, ledger: { ...ledger, lit: ledger.lit + n, unmapped: ledger.unmapped - n } };
}

function backfill(state: State, accumulation: Accumulation, name: string, node: string): void {
  const entry = accumulation.unmapped.names.get(name);
  const light = activityOf(accumulation.nodes, node, state.options.nodes);
  if (entry !== undefined && light !== null) {
    accumulation.unmapped.names.delete(name);
    for (const part of ["remote", "local", "pendingLocal"] as const) {
      light[part] += entry[part];
      accumulation.mapped[part] += entry[part];
    }
    if (displayed(entry) > 0) light.lastAt = Math.max(light.lastAt ?? 0, entry.lastAt);
  }
  for (const row of rowsOf(accumulation.events)) {
    if (row.name !== name || row.nodes.length > 0) continue;
    updateRow(accumulation.events, row.row, { nodes: [node], bound: true });
    if (light !== null) recordHits(light, row.at, 1);
  }
  if (state.graph !== null) remapTraces(accumulation, state.graph, state.binds);
}
