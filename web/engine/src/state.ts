/** The engine's state: the watch session, and what was accumulated since On or Clear. */
import type { Connection, LaneName } from "./actions.ts";
import { type Activity, createActivity, createDualCounter, createHeatScale, createRateWindow, type DualCounter, type HeatScale, type RateWindow } from "./activity.ts";
import { createDedupeSet, createSuccessor, type DedupeSet, LOCAL } from "./dedupe.ts";
import { createEventBuffer, type EventBuffer, rowAt } from "./eventBuffer.ts";
import { EVERYTHING, type ViewFilter } from "./filter.ts";
import { createFilteredView, type FilteredView } from "./filteredView.ts";
import { type CountersBySource, createFrameSums, createMissedEvents, type FrameSums, type MissedEvents } from "./ledger.ts";
import { createTable, type Table } from "./matching.ts";
import { type Clock, createClock, createPauseBuffer, type PauseBuffer } from "./pauseBuffer.ts";
import type { Problem } from "./problem.ts";
import { appendEntry, createLogBuffer, type LogBuffer, type LogEntry } from "./sessionLog.ts";
import type { Bounds, Traces } from "./traces/model.ts";
import { createTraces } from "./traces/traces.ts";
import type { TestCounts } from "./testEvents.ts";
import { createUnmapped, type Unmapped, type UnmappedCounter } from "./unmapped.ts";
import type { Graph, Guarantees } from "./wire.gen.ts";

// Accumulation: counts, activity, buffer, unmapped names, ledger, session log and traces.

/** Everything that has been counted since On or Clear. */
export interface Accumulation {
  since: number;
  /** The position at which it began; "" if that is not known. */
  position: string;
  /** Every event, mapped or not. */
  readonly total: Activity;
  /** Events that lit a node. */
  readonly mapped: DualCounter;
  readonly sparkline: RateWindow;
  readonly nodes: Map<string, Activity>;
  /** The scale that the nodes' heat is shown on. */
  readonly scale: HeatScale;
  unmapped: Unmapped;
  /** What bound names have counted at their nodes, by name: it goes back when a binding ends. */
  readonly bound: Map<string, UnmappedCounter>;
  /** Test events, which no other count holds. */
  readonly tests: TestCounts;
  readonly events: EventBuffer;
  readonly dedupe: DedupeSet;
  frameSums: FrameSums;
  readonly missed: MissedEvents;
  /** Carried events that had come before on the same lane. */
  duplicates: number;
  readonly log: LogBuffer;
  view: FilteredView;
  traces: Traces | null;
  /** Nodes (uuid) that count anew since their binding changed, and from when on: `since`, or later
   * if older events were no longer held.
   */
  readonly rematched: Map<string, number>;
}

/** One minute in seconds. */
const SPARKLINE_SECONDS = 60;

/** An empty accumulation that begins at `since`. After a Clear it still knows the messages of
 * `before`. `start` is the number of its first row.
 */
export function createAccumulation(options: Options, graph: Graph | null, since: number, before: Accumulation | null = null, start = before?.events.end): Accumulation {
  return {
    since, position: "", total: createActivity(), mapped: createDualCounter(), sparkline: createRateWindow(1000, SPARKLINE_SECONDS), nodes: new Map(), scale: createHeatScale(), unmapped: createUnmapped(), bound: new Map(), tests: new Map(),
    events: createEventBuffer(options.events, options.eventBytes, start), dedupe: before === null ? createDedupeSet(options.dedupe) : createSuccessor(before.dedupe), frameSums: createFrameSums(), missed: createMissedEvents(),
    duplicates: 0, log: createLogBuffer(), view: createFilteredView(), traces: graph === null ? null : createTraces(graph, options.traces), rematched: new Map(),
  };
}

/** The state with the accumulation that has a row: the one before Clear, if the row came then, else
 * the current one.
 */
export function stateWithRow(state: State, row: number): State {
  return state.undo !== null && row < state.accumulation.events.start && rowAt(state.undo.events, row) !== null ? { ...state, accumulation: state.undo } : state;
}

/** Writes into the session log. */
export function appendToLog(accumulation: Accumulation, entry: LogEntry, most: number): void {
  appendEntry(accumulation.log, entry, most, (row) => rowAt(accumulation.events, row)?.lanes === LOCAL);
}

/** The activity of a node, made on first use; null beyond `most` nodes. */
export function activityOf({ nodes, scale }: Pick<Accumulation, "nodes" | "scale">, node: string, most: number): Activity | null {
  let light = nodes.get(node);
  if (light === undefined) {
    if (nodes.size >= most) return null;
    light = createActivity(scale);
    nodes.set(node, light);
  }
  return light;
}

// State of the engine.

/** Bounds; each counts things of its name unless said otherwise. */
export interface Options {
  /** Events in the buffer. */
  readonly events: number;
  /** Bytes of the buffer, about; reached before the number only if events are large. */
  readonly eventBytes: number;
  /** Message ids remembered for dedupe. */
  readonly dedupe: number;
  /** Unmapped names counted apart; the rest count as other. */
  readonly unmapped: number;
  /** Events waiting while paused. */
  readonly paused: number;
  /** Names counted in frames of the session log that are kept apart; older frames are summed. */
  readonly log: number;
  /** Nodes counted, those of the graph included. */
  readonly nodes: number;
  readonly traces: Partial<Bounds>;
}

export const OPTIONS: Options = { events: 20_000, eventBytes: 64 * 2 ** 20, dedupe: 100_000, unmapped: 200, paused: 20_000, log: 60_000, nodes: 5000, traces: {} };

/** Moved, not shared: `reduce` may write into the state that it is given. `revision` grows with
 * every input.
 */
export interface State {
  readonly options: Options;
  revision: number;
  /** The lanes that are on; none is Off. What was collected stays until the next On. */
  lanes: LaneName[];
  session: string;
  startedAt: number;
  graph: Graph | null;
  table: Table;
  /** Position of the remote lane; "" before the first hello. */
  position: string;
  /** Epochs of the log since On, counted by gaps of unknown size. */
  lives: number;
  /** Recent positions: a frame from one of them is a repeat. */
  recentPositions: string[];
  /** Set if a frame did not begin at `position`: request what follows this position. */
  resyncFrom: string | null;
  /** Positions that a replay has passed, with the end of the line that began there; "" if no line
   * with events did.
   */
  replayed: Map<string, string>;
  /** Set while the log's past is counted anew; "late" once it is known not to reach back to where
   * counting began.
   */
  recounting: "" | "whole" | "late";
  /** The moment of the last batch: a frame of the past is not older than the one before it. */
  batchAt: number;
  /** Set if the server has another version of the graph: load it and dispatch it as `graph`. */
  wantsGraph: string | null;
  connection: Connection;
  connectionSince: number;
  lastFrameAt: number | null;
  bye: { readonly at: number; readonly reason: string; readonly retryAfter: number | null } | null;
  posture: Guarantees | null;
  sampling: number;
  /** The lowest threshold since On: below 1 some traces were thinned. */
  threshold: number;
  /** When a frame was first thinned since On, and since when the posture is what it is. */
  thinnedAt: number | null;
  policySince: number;
  ingestCounters: CountersBySource;
  clock: Clock;
  pauseBuffer: PauseBuffer;
  filterText: string;
  filterProblem: Problem | null;
  filter: ViewFilter;
  /** Unmapped names that the viewer bound to a node (uuid). */
  binds: Map<string, string>;
  /** Patterns of unmapped names that the viewer does not want to see; they are no part of the
   * share of mapped events.
   */
  ignored: readonly string[];
  follows: string[];
  /** Frames that were repeats, and frames that did not fit. */
  repeats: number;
  misfits: number;
  accumulation: Accumulation;
  /** What Clear took away, for one Undo. */
  undo: Accumulation | null;
}

/** A state before any On. */
export function initialState(options: Partial<Options> = {}): State {
  const bounds: Options = { ...OPTIONS, ...options };
  return {
    options: bounds, revision: 0, lanes: [], session: "", startedAt: 0, graph: null, table: createTable([]), position: "", lives: 0, recentPositions: [], resyncFrom: null, replayed: new Map(),
    recounting: "", batchAt: 0, wantsGraph: null, connection: "off", connectionSince: 0, lastFrameAt: null, bye: null, posture: null, sampling: 1, threshold: 1, thinnedAt: null, policySince: 0, ingestCounters: new Map(),
    clock: createClock(), pauseBuffer: createPauseBuffer(), filterText: "", filterProblem: null, filter: EVERYTHING, binds: new Map(), ignored: [], follows: [],
    repeats: 0, misfits: 0, accumulation: createAccumulation(bounds, null, 0), undo: null,
  };
}
