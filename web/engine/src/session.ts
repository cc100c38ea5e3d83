/** A watch session's commands: on, off, undo, bind and unbind. */
import { type Action, type LaneName, SILENT } from "./actions.ts";
import { displayed, recordHits, removeHit } from "./activity.ts";
import { addMissing } from "./dedupe.ts";
import { rowsOf, updateRow } from "./eventBuffer.ts";
import { resolveFilter } from "./filter.ts";
import { buildView } from "./filteredView.ts";
import { applyBatch, applyGap } from "./ingest.ts";
import { ingestTapMessage } from "./localEvents.ts";
import { createTable } from "./matching.ts";
import { createClock, createPauseBuffer } from "./pauseBuffer.ts";
import { expandLog } from "./sessionLog.ts";
import { type Accumulation, activityOf, createAccumulation, type State } from "./state.ts";
import { isTest } from "./testEvents.ts";
import { remapTraces, setFollowed } from "./traces/bridge.ts";
import { migrateTraces } from "./traces/migrate.ts";
import { unmappedCounter } from "./unmapped.ts";

// On and Off: begin an accumulation, end the lanes.

/** Begins an accumulation, or adds a lane to the one that is on under the same session. */
export function turnOn(state: State, input: Extract<Action, { kind: "on" }>): void {
  const again = input.since !== undefined;
  if (!again && state.lanes.length > 0 && input.session === state.session && input.graph.version === state.graph?.version) {
    if (!state.lanes.includes(input.lane)) state.lanes = [...state.lanes, input.lane];
    if (state.position === "" && input.lane !== "local") state.position = input.position;
    return;
  }
  const filter = resolveFilter(state.filter, input.graph.nodes);
  const accumulation = createAccumulation(state.options, input.graph, input.since ?? input.at);
  accumulation.view = buildView(accumulation.events, filter);
  const position = (accumulation.position = input.lane === "local" ? "" : input.position);
  if (!again) Object.assign(state, { lanes: [input.lane], startedAt: input.at, policySince: input.at, ingestCounters: new Map(), binds: new Map(), follows: [] } satisfies Partial<State>);
  Object.assign(state, {
    session: input.session, graph: input.graph, table: createTable(input.graph.listens),
    position, lives: 0, recentPositions: [], resyncFrom: null, replayed: new Map(), recounting: again ? "whole" : "", batchAt: accumulation.since, wantsGraph: null, bye: null, threshold: 1, thinnedAt: null,
    clock: createClock(), pauseBuffer: createPauseBuffer(), filter, repeats: 0, misfits: 0, accumulation, undo: null,
  } satisfies Partial<State>);
  if (!again) return;
  // Of what the viewer chose, that stays which the other graph has a place for.
  const nodes = new Set(input.graph.nodes.map(({ uuid }) => uuid));
  state.binds = new Map([...state.binds].filter(([, node]) => nodes.has(node)));
  setFollowed(state, state.follows);
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

/** Ends a binding, as if it had never been: what the name has counted goes back to the unmapped
 * ones, its events light nothing, and traces are derived anew. The log and the pause buffer
 * hold what was sent, so they need no change.
 */
export function unbind(state: State, name: string): void {
  const node = state.binds.get(name);
  if (node === undefined) return;
  state.binds.delete(name);
  for (const accumulation of [state.accumulation, state.undo]) if (accumulation !== null) giveBack(state, accumulation, name, node);
  state.accumulation.view = buildView(state.accumulation.events, state.filter);
}

const LANES = ["remote", "local", "pendingLocal"] as const;

function giveBack(state: State, accumulation: Accumulation, name: string, node: string): void {
  const entry = accumulation.bound.get(name);
  const light = accumulation.nodes.get(node);
  accumulation.bound.delete(name);
  const rows = [...rowsOf(accumulation.events)].filter((row) => row.bound && row.name === name);
  for (const { row } of rows) updateRow(accumulation.events, row, { nodes: [], bound: false });
  if (entry !== undefined) {
    const home = unmappedCounter(accumulation.unmapped, name, entry.firstAt, state.options.unmapped);
    for (const part of LANES) {
      (home ?? accumulation.unmapped.other)[part] += entry[part];
      accumulation.mapped[part] = Math.max(0, accumulation.mapped[part] - entry[part]);
      if (light !== undefined) light[part] = Math.max(0, light[part] - entry[part]);
    }
    if (home !== null) Object.assign(home, { lastAt: Math.max(home.lastAt, entry.lastAt), sample: Math.max(home.sample, entry.sample) });
  }
  if (light !== undefined) {
    const before = lastLit(accumulation, node);
    for (const row of rows) if (!isTest(row)) removeHit(light, row.at, before);
    if (displayed(light) === 0) accumulation.nodes.delete(node);
    else if (entry !== undefined && (light.lastAt ?? 0) <= entry.lastAt) light.lastAt = before ?? light.lastAt;
  }
  if (accumulation.traces === null || state.graph === null) return;
  const gone = new Set(rows.map(({ id }) => id));
  // Events that have left the buffer are known by name alone, unless a node listens for it as well.
  const byName = !state.table.bindings.has(name);
  migrateTraces(accumulation.traces, state.graph, ({ id, name: sent, nodes }) => (gone.has(id) || (byName && sent === name && nodes[0] === node) ? [] : null));
}

/** When a node was last lit by an event that is held; null if none is. */
function lastLit({ events }: Accumulation, node: string): number | null {
  let last: number | null = null;
  for (const row of rowsOf(events)) if (row.nodes.includes(node)) last = Math.max(last ?? row.at, row.at);
  return last;
}

function backfill(state: State, accumulation: Accumulation, name: string, node: string): void {
  const entry = accumulation.unmapped.names.get(name);
  const light = activityOf(accumulation, node, state.options.nodes);
  if (entry !== undefined && light !== null) {
    accumulation.unmapped.names.delete(name);
    accumulation.bound.set(name, entry);
    for (const part of LANES) {
      light[part] += entry[part];
      accumulation.mapped[part] += entry[part];
    }
    if (displayed(entry) > 0) light.lastAt = Math.max(light.lastAt ?? 0, entry.lastAt);
  }
  for (const row of rowsOf(accumulation.events)) {
    if (row.name !== name || row.nodes.length > 0) continue;
    updateRow(accumulation.events, row.row, { nodes: [node], bound: true });
    if (light !== null && !isTest(row)) recordHits(light, row.at, 1);
  }
  if (state.graph !== null) remapTraces(accumulation, state.graph, state.binds);
}
