/** Snapshot of the state for the browser's own store, and its restoration. */
import type { LaneName } from "./actions.ts";
import { type Activity, addToWindow, displayed, type DualCounter } from "./activity.ts";
import { isRecord } from "./checks.ts";
import { LOCAL, remember } from "./dedupe.ts";
import { appendRow, fromWire, type Row, rowAt, toWire } from "./eventBuffer.ts";
import { fnv1a } from "./hash.ts";
import { ignoredPatterns } from "./ignoredNames.ts";
import { boundCounter } from "./ingest.ts";
import type { FrameSums, MissedEvents } from "./ledger.ts";
import type { SavedLog } from "./logSnapshot.ts";
import { createTable } from "./matching.ts";
import { compactEntries, type PausedEntry, pushPaused } from "./pauseBuffer.ts";
import { isProblem } from "./problem.ts";
import { reduce } from "./reduce.ts";
import type { LogEntry } from "./sessionLog.ts";
import { type Accumulation, activityOf, appendToLog, createAccumulation, initialState, type Options, type State } from "./state.ts";
import { advanceTrace, setFollowed } from "./traces/bridge.ts";
import { addTests, isTest } from "./testEvents.ts";
import { load, save, type SavedTraces } from "./traces/snapshot.ts";
import { unmappedCounter } from "./unmapped.ts";
import { readJson } from "./validation.ts";
import type { FrameEvent, IngestCounters, Graph, Guarantees } from "./wire.gen.ts";

// Writing: counts whole, then as many traces and newest rows as fit.

/** Counts up when a reader of the last one would misread the text: what is of another version is
 * not read.
 */
export const SNAPSHOT_VERSION = 2;

type Counts = readonly [remote: number, local: number, waiting: number];
/** A node's counts and heat, as saved. */
export type SavedActivity = readonly [...Counts, heat: number, heatAt: number, lastAt: number | null];
/** An event with what this browser knows of it, as saved. */
export type SavedRow = FrameEvent & Pick<Row, "at" | "lanes" | "bound" | "way"> & { readonly arrived: number | null };

/** A session as a tab stores it over a reload. Fields are a stored format: older pages wrote it. */
export interface Snapshot {
  readonly lanes: readonly LaneName[];
  readonly session: string;
  readonly startedAt: number;
  readonly graph: Graph | null;
  readonly position: string;
  /** These two may be missing: older pages did not keep them. */
  readonly lives?: number;
  readonly end?: number;
  readonly posture: Guarantees | null;
  readonly sampling: number;
  readonly threshold: number;
  readonly thinnedAt: number | null;
  readonly imposedAt: number;
  readonly filter: string;
  readonly doors: readonly (readonly [source: string, last: IngestCounters, since: IngestCounters])[];
  readonly binds: readonly (readonly [name: string, node: string])[];
  readonly follows: readonly string[];
  readonly since: number;
  readonly total: SavedActivity;
  readonly mapped: Counts;
  readonly nodes: readonly (readonly [uuid: string, ...SavedActivity])[];
  readonly names: readonly (readonly [name: string, ...Counts, firstAt: number, lastAt: number])[];
  readonly other: Counts;
  /** These may be missing, as above. */
  readonly bound?: readonly (readonly [name: string, ...Counts, firstAt: number, lastAt: number])[];
  readonly tests?: readonly (readonly [node: string, count: number, lastAt: number])[];
  readonly ignored?: readonly string[];
  readonly sums: FrameSums;
  readonly missed: MissedEvents;
  readonly duplicates: number;
  readonly held: readonly PausedEntry[];
  readonly traces: SavedTraces | null;
  /** As above: the session log by its own times. */
  readonly log?: SavedLog;
  readonly rows: readonly SavedRow[];
}

/** Writes the session log as text of at most `most` characters, "" if it does not fit. */
export type LogWriter = (accumulation: Accumulation, most: number) => string;
/** Reads what a `LogWriter` wrote. */
export type LogReader = (log: SavedLog, end: number, rows: readonly number[]) => readonly LogEntry[];

/** Bytes of a trace, about: the first guess at how many fit into half of the space. */
const TRACE_BYTES = 1500;

/** A text of at most `maxBytes` (UTF-8) for `restore`; "" if not even the counts fit. The pause
 * itself is not saved: its buffer is counted on return. Without `writeLog` the session log is one
 * sum when it is restored.
 */
export function snapshot(state: State, maxBytes: number, writeLog: LogWriter = () => ""): string {
  const space = maxBytes - FRAMING_BYTES;
  const core = `${JSON.stringify(coreOf(state)).slice(0, -1)},"held":${pausedText(state.pauseBuffer.entries, space / 4)}`;
  let left = space - utf8Length(core);
  if (left < 0) return "";
  let log = writeLog(state.accumulation, left / 2);
  if (utf8Length(log) > left / 2) log = "";
  left -= utf8Length(log);
  const traces = tracesOf(state, left / 2);
  left -= utf8Length(traces);
  const rows: string[] = [];
  for (let number = state.accumulation.events.end - 1; number >= state.accumulation.events.start; number--) {
    const row = rowAt(state.accumulation.events, number);
    if (row === null) continue;
    const text = JSON.stringify(savedRow(row));
    left -= utf8Length(text) + 1;
    if (left < 0) break;
    rows.push(text);
  }
  const body = `${core},"traces":${traces},${log === "" ? "" : `"log":${log},`}"rows":[${rows.reverse().join(",")}]}`;
  return `${seal(body)}\n${body}`;
}

/** Version and checksum: text that was cut, changed or written by another version does not fit its
 * seal.
 */
export function seal(body: string): string {
  return `dagnet-realtime-snapshot ${SNAPSHOT_VERSION} ${fnv1a(body).toString(16).padStart(8, "0")}`;
}

/** Leaves revealed identifiers out of paused frames: they must not be stored. */
function unrevealed(this: unknown, key: string, value: unknown): unknown {
  return key === "revealed" && isRecord(this) && "occurred_at" in this ? undefined : value;
}

/** Bytes of the seal and of what joins the parts. */
const FRAMING_BYTES = 100;

function coreOf(state: State): Omit<Snapshot, "held" | "traces" | "rows"> {
  const { accumulation } = state;
  const { lanes, session, startedAt, graph, position, lives, posture, sampling, threshold, thinnedAt, policySince: imposedAt, follows } = state;
  return {
    lanes, session, startedAt, graph, position, lives, end: accumulation.events.end, posture, sampling, threshold, thinnedAt, imposedAt, filter: state.filterText,
    doors: [...state.ingestCounters].map(([source, door]) => [source, door.last, door.since]), binds: [...state.binds], follows,
    since: accumulation.since, total: savedActivity(accumulation.total), mapped: savedCounter(accumulation.mapped), nodes: [...accumulation.nodes].map(([uuid, one]) => [uuid, ...savedActivity(one)]),
    names: [...accumulation.unmapped.names.values()].map((one) => [one.name, ...savedCounter(one), one.firstAt, one.lastAt]),
    ...(accumulation.bound.size === 0 ? {} : { bound: [...accumulation.bound.values()].map((one) => [one.name, ...savedCounter(one), one.firstAt, one.lastAt] as const) }),
    ...(accumulation.tests.size === 0 ? {} : { tests: [...accumulation.tests].map(([node, { count, lastAt }]) => [node, count, lastAt] as const) }),
    ...(state.ignored.length === 0 ? {} : { ignored: state.ignored }), other: savedCounter(accumulation.unmapped.other),
    sums: accumulation.frameSums, missed: accumulation.missed, duplicates: accumulation.duplicates,
  };
}

function tracesOf(state: State, space: number): string {
  const { traces } = state.accumulation;
  if (traces === null) return "null";
  for (let count = Math.ceil(space / TRACE_BYTES); count >= 1; count = Math.floor(count / 3)) {
    const text = JSON.stringify(save(traces, count));
    if (utf8Length(text) <= space) return text;
  }
  return "null";
}

function savedRow(row: Row): SavedRow {
  return { ...toWire(row), nodes: row.nodes, at: row.at, lanes: row.lanes, bound: row.bound, way: row.way, arrived: Number.isNaN(row.arrivedAt) ? null : row.arrivedAt };
}

function savedCounter(one: DualCounter): Counts {
  return [one.remote, one.local, one.pendingLocal];
}

function savedActivity(one: Activity): SavedActivity {
  return [...savedCounter(one), one.heat, one.heatAt, one.lastAt];
}

/** The pause buffer in at most `room` bytes, if its counts fit: whole, else frames without events
 * and the youngest local messages.
 */
function pausedText(entries: readonly PausedEntry[], space: number): string {
  const text = (some: readonly PausedEntry[]): string => JSON.stringify(some, unrevealed);
  const whole = text(entries);
  if (utf8Length(whole) < space) return whole;
  for (let gaps = 256; ; gaps >>= 2) {
    const counts = utf8Length(text(countsOnly(compactEntries(entries, 0, [], gaps))));
    if (counts >= space && gaps > 0) continue;
    return text(countsOnly(compactEntries(entries, Math.max(0, space - counts), [], gaps, (tap) => utf8Length(text([tap])))));
  }
}

function countsOnly(entries: readonly PausedEntry[]): readonly PausedEntry[] {
  return entries.map((entry) => (entry.kind === "batch" ? { ...entry, frame: { ...entry.frame, events: [] } } : entry));
}

/** Length in UTF-8. */
function utf8Length(text: string): number {
  let sum = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0x7f) sum += unit > 0x7ff && (unit < 0xd800 || unit > 0xdfff) ? 2 : 1;
  }
  return sum;
}

// Reading: anything that `snapshot` did not write gives null, never an error.

/** The state of a snapshot, not paused and not connected; null if the text is not of this version.
 */
export function restore(text: string, options: Partial<Options> = {}, readLog: LogReader | null = null): State | null {
  const end = text.indexOf("\n");
  const body = text.slice(end + 1);
  if (end < 0 || text.slice(0, end) !== seal(body)) return null;
  const read = readJson(body);
  if (isProblem(read)) return null;
  const saved = read as Snapshot;
  const state = initialState(options);
  const { lanes, session, startedAt, graph, position, lives = 0, posture, sampling, threshold, thinnedAt, imposedAt } = saved;
  const accumulation = restoreAccumulation(state, saved);
  Object.assign(state, {
    lanes: [...lanes], session, startedAt, graph, position, lives, posture, sampling, threshold, policySince: imposedAt, accumulation, table: createTable(graph?.listens ?? []),
    ingestCounters: new Map(saved.doors.map(([source, last, since]) => [source, { last, since }])), binds: new Map(saved.binds), ignored: ignoredPatterns(saved.ignored ?? []), connectionSince: startedAt,
  } satisfies Partial<State>);
  restoreRows(state, saved, readLog);
  state.thinnedAt = thinnedAt;
  setFollowed(state, saved.follows);
  for (const entry of saved.held) pushPaused(state.pauseBuffer, entry, state.options.paused);
  return reduce(state, { kind: "filter", at: -Infinity, text: saved.filter });
}

function restoreAccumulation(state: State, saved: Snapshot): Accumulation {
  const { options } = state;
  const accumulation = createAccumulation(options, saved.graph, saved.since, null, Math.max(0, (saved.end ?? 0) - saved.rows.length));
  const traces = saved.graph === null || saved.traces === null ? null : load(saved.graph, saved.traces, options.traces);
  if (traces !== null) accumulation.traces = traces;
  restoreActivity(accumulation.total, saved.total);
  restoreCounter(accumulation.mapped, saved.mapped);
  for (const [uuid, ...light] of saved.nodes) {
    const made = activityOf(accumulation, uuid, options.nodes);
    if (made !== null) restoreActivity(made, light);
  }
  for (const [name, remote, local, waiting, firstAt, lastAt] of saved.names) {
    const made = unmappedCounter(accumulation.unmapped, name, firstAt, options.unmapped);
    if (made === null) continue;
    restoreCounter(made, [remote, local, waiting]);
    made.lastAt = lastAt;
  }
  for (const [name, remote, local, waiting, firstAt, lastAt] of saved.bound ?? []) {
    const made = boundCounter(accumulation, name, firstAt);
    restoreCounter(made, [remote, local, waiting]);
    made.lastAt = lastAt;
  }
  for (const [node, count, lastAt] of saved.tests ?? []) addTests(accumulation.tests, { [node]: count }, lastAt, options.nodes);
  restoreCounter(accumulation.unmapped.other, saved.other);
  accumulation.frameSums = { ...saved.sums };
  Object.assign(accumulation.missed, saved.missed);
  accumulation.duplicates = saved.duplicates;
  accumulation.position = saved.log?.from ?? "";
  return accumulation;
}

/** Restores the rows, and what depends on them: dedupe, rates, samples and the session log. If that
 * was not saved, or `readLog` is missing, its first frame has the counts.
 */
function restoreRows(state: State, saved: Snapshot, readLog: LogReader | null): void {
  const { accumulation } = state;
  const numbers: number[] = [];
  const remote: number[] = [], local: { row: number; one: SavedRow }[] = [];
  for (const one of saved.rows) {
    const row = appendRow(accumulation.events, { ...fromWire(one, one.nodes, one.bound, one.at), arrivedAt: one.arrived ?? NaN, lanes: one.lanes, way: one.way });
    numbers.push(row);
    remember(accumulation.dedupe, one.id, row, one.lanes);
    if ((one.lanes & LOCAL) !== 0) local.push({ row, one });
    if (one.lanes !== LOCAL) remote.push(row);
    if (isTest(one)) continue;
    for (const node of one.nodes) { const light = accumulation.nodes.get(node); if (light !== undefined) addToWindow(light.window, one.at, 1); }
    addToWindow(accumulation.total.window, one.at, 1);
    addToWindow(accumulation.sparkline, one.at, 1);
    const name = one.nodes.length === 0 ? accumulation.unmapped.names.get(one.name) : one.bound ? accumulation.bound.get(one.name) : undefined;
    if (name !== undefined) name.sample = row;
    if (saved.traces === null) advanceTrace(accumulation, { ...fromWire(one, one.nodes, one.bound, one.at), lanes: one.lanes, way: one.way }, row, one.traces, null);
  }
  if (readLog !== null && saved.log !== undefined) {
    for (const entry of readLog(saved.log, saved.end ?? 0, numbers)) {
      appendToLog(accumulation, entry, state.options.log);
      if (entry.kind === "batch") state.batchAt = Math.max(state.batchAt, entry.at);
    }
    return;
  }
  for (const { row, one } of local)
    for (const stage of ["called", "enriched", "delivered", "failed", "dropped"] as const)
      if (one.way?.[stage] !== undefined) appendToLog(accumulation, { kind: "tap", at: one.way[stage], row, stage, reason: one.way.reason ?? "" }, state.options.log);
  // The log holds what was sent: a bound name counts there as unmapped, at no node.
  const counts = new Map([...accumulation.nodes].map(([uuid, light]) => [uuid, light.remote]));
  const unmapped = new Map([...accumulation.unmapped.names.values()].map((name) => [name.name, name.remote]));
  for (const { name, remote: n } of accumulation.bound.values()) {
    const node = state.binds.get(name) ?? "";
    counts.set(node, Math.max(0, (counts.get(node) ?? 0) - n));
    unmapped.set(name, (unmapped.get(name) ?? 0) + n);
  }
  const some = (all: ReadonlyMap<string, number>): Record<string, number> => Object.fromEntries([...all].filter(([, n]) => n > 0));
  const tests = Object.fromEntries([...accumulation.tests].map(([node, { count }]) => [node, count]));
  const { missed, offered, ...sums } = accumulation.frameSums;
  const frame = { op: "batch", from: saved.position, position: saved.position, counts: some(counts), unmapped: some(unmapped), other: accumulation.unmapped.other.remote, ...(accumulation.tests.size > 0 ? { tests } : {}), threshold: saved.threshold, rows: remote } as const;
  if (displayed(accumulation.total) > 0 || accumulation.tests.size > 0) appendToLog(accumulation, { kind: "batch", at: saved.total[5] ?? saved.since, frame: { ...frame, ledger: { ...sums, offered: offered - missed, missed: 0 } } }, state.options.log);
  for (const gap of accumulation.missed.gaps) appendToLog(accumulation, { kind: "frame", at: gap.at, frame: { op: "gap", from: "", to: "", missed: gap.missed, reason: gap.reason } }, state.options.log);
}

function restoreActivity(light: Activity, [remote, local, waiting, heat, heatAt, lastAt]: SavedActivity): void {
  restoreCounter(light, [remote, local, waiting]);
  light.heat = heat;
  light.heatAt = heatAt;
  light.lastAt = lastAt;
}

function restoreCounter(tally: DualCounter, [remote, local, waiting]: readonly [number, number, number]): void {
  Object.assign(tally, { remote, local, pendingLocal: waiting } satisfies DualCounter);
}
