/** Ingest of remote events: a frame's counts, and the events that it carries. */
import { type Output, SILENT } from "./actions.ts";
import { addToWindow, countLocal, countRemote, createDualCounter, displayed, type DualCounter, recordHits, removeHit, uncountLocal } from "./activity.ts";
import { HISTORY, LOCAL, lookUp, remember, REMOTE } from "./dedupe.ts";
import { appendRow, eraseRow, fromWire, type NewRow, type Row, rowAt, unionTokens, updateRow } from "./eventBuffer.ts";
import { addToView, buildView } from "./filteredView.ts";
import { addCounts, countMissed } from "./ledger.ts";
import { namesFromShown, type NearMiss, nearMisses } from "./nearMiss.ts";
import { type Accumulation, activityOf, appendToLog, type State, stateWithRow } from "./state.ts";
import { addTests, type CountedApart, isTest } from "./testEvents.ts";
import { advanceTrace } from "./traces/bridge.ts";
import { relightVisit } from "./traces/migrate.ts";
import { type UnmappedCounter, unmappedCounter, unmappedLocal, unmappedRemote } from "./unmapped.ts";
import type { Batch, FrameEvent, Gap } from "./wire.gen.ts";

// Relabelling: moves a local hit to the name and nodes under which its message left, or withdraws
// it if it belongs to another message.

/** What a message is known by, and what that lights. */
export type Label = Pick<Row, "name" | "nodes" | "bound" | "properties">;

/** Gives the row `number`, which only the tap has brought, another label: its hits leave the old
 * nodes and name and count under the new ones. If a middleware renames a message, it stays one row
 * and one count this way, in either order of arrival of the two lanes.
 */
export function relabel(state: State, number: number, label: Label, at: number, output: Output): void {
  const { accumulation } = state;
  const row = rowAt(accumulation.events, number);
  if (row === null) return;
  const same = row.name === label.name && row.nodes.join() === label.nodes.join();
  updateRow(accumulation.events, number, { ...label, ...(row.name === label.name ? {} : { way: { ...row.way, as: row.way?.as ?? row.name } }) });
  if (!same) {
    removeHits(state, row, label.nodes);
    for (const node of label.nodes) {
      const light = row.nodes.includes(node) ? null : activityOf(accumulation, node, state.options.nodes);
      if (light === null) continue;
      countLocal(light, false);
      recordHits(light, row.at, 1);
      if (accumulation.view.filtered === null) output.hit({ node, at, late: false, token: row.traces[0]?.token ?? null, count: 1 });
    }
    if (label.nodes.length > 0) {
      countLocal(accumulation.mapped, false);
      if (label.bound) countLocal(boundCounter(accumulation, label.name, at), false);
    } else {
      unmappedLocal(accumulation.unmapped, label.name, false, at, state.options.unmapped);
      const entry = unmappedCounter(accumulation.unmapped, label.name, at, state.options.unmapped);
      if (entry !== null) entry.sample = number;
    }
    if (accumulation.traces !== null) relightVisit(accumulation.traces, { ...row, ...label });
  }
  if (state.filter.terms.length > 0) accumulation.view = buildView(accumulation.events, state.filter);
}

/** Withdraws the row `number`: it repeats another row. */
export function withdraw(state: State, number: number): void {
  const { accumulation } = state;
  const row = rowAt(accumulation.events, number);
  if (row === null) return;
  removeHits(state, row, []);
  uncountLocal(accumulation.total);
  eraseRow(accumulation.events, number);
  accumulation.view = buildView(accumulation.events, state.filter);
}

/** Removes a row's hits from its nodes and its name, except from the nodes in `staying`. */
function removeHits(state: State, row: Pick<NewRow, "name" | "nodes" | "at" | "bound"> & Pick<Row, "row">, staying: readonly string[]): void {
  const { accumulation } = state;
  for (const node of row.nodes) {
    const light = accumulation.nodes.get(node);
    if (light === undefined || staying.includes(node)) continue;
    uncountLocal(light);
    removeHit(light, row.at, displayed(light) === 0 ? null : lastLitBefore(state, node, row.row));
  }
  if (row.nodes.length > 0) {
    uncountLocal(accumulation.mapped);
    if (row.bound) uncountLocal(boundCounter(accumulation, row.name, row.at));
    return;
  }
  const entry: DualCounter = accumulation.unmapped.names.get(row.name) ?? accumulation.unmapped.other;
  uncountLocal(entry);
  if (entry !== accumulation.unmapped.other && displayed(entry) === 0) accumulation.unmapped.names.delete(row.name);
}

/** Rows searched for what lit a node before. */
const MAX_SEARCHED = 500;

/** When a node was lit before the row `number`, as far as the buffer goes back; else null. */
function lastLitBefore({ accumulation: { events } }: State, node: string, number: number): number | null {
  for (let one = number - 1; one >= Math.max(events.start, number - MAX_SEARCHED); one -= 1) {
    const row = rowAt(events, one);
    if (row?.nodes.includes(node) === true) return row.at;
  }
  return null;
}

/** What a bound name has counted at its node, made on first use; bindings are bounded. */
export function boundCounter(accumulation: Accumulation, name: string, at: number): UnmappedCounter {
  const known = accumulation.bound.get(name);
  if (known !== undefined) return known;
  const fresh: UnmappedCounter = { ...createDualCounter(), name, firstAt: at, lastAt: at, sample: -1 };
  accumulation.bound.set(name, fresh);
  return fresh;
}

// Carried events: each is added once, by the lane that brings it first. They are counted by the
// frame's counts.

/** Result of a frame's events: rows added or met again; and per node, per name and in all, how many
 * were carried and how many of those the tap had observed.
 */
export interface IngestStats {
  readonly rows: number[];
  readonly carried: Map<string, number>;
  readonly twins: Map<string, number>;
  readonly names: Map<string, { carried: number; twins: number }>;
  readonly samples: Map<string, number>;
  eventTwins: number;
  mappedTwins: number;
  mappedCarried: number;
}

/** Adds carried `events` at `at`. Events of the past (`past`) were counted long ago: they enter the
 * buffer and the traces, but neither the feed nor the activity.
 */
export function ingestEvents(state: State, events: readonly FrameEvent[], at: number, past: boolean, output: Output): IngestStats {
  const stats: IngestStats = { rows: [], carried: new Map(), twins: new Map(), names: new Map(), samples: new Map(), eventTwins: 0, mappedTwins: 0, mappedCarried: 0 };
  for (const event of events) ingestEvent(state, event, at, past, output, stats);
  return stats;
}

function ingestEvent(state: State, event: FrameEvent, at: number, past: boolean, output: Output, stats: IngestStats): void {
  const { accumulation } = state;
  const target = event.nodes.length === 0 ? state.binds.get(event.name) : undefined;
  const nodes = target === undefined ? event.nodes : [target];
  const test = isTest(event);
  const found = lookUp(accumulation.dedupe, event.id);
  // The tap could not know that it was a test.
  const untold = test && found !== undefined && (found.lanes & REMOTE) === 0;
  if (untold) withdraw(stateWithRow(state, found.row), found.row);
  const known = untold ? undefined : found;
  const twin = known !== undefined && (known.lanes & REMOTE) === 0;
  // The tap may have observed it under another name than it left with: its hits move to where the
  // server counted it.
  const owner = known === undefined ? state : stateWithRow(state, known.row);
  if (twin) relabelAsCarried(owner, known.row, event, nodes, target !== undefined, at, owner === state ? output : SILENT);
  if (!past && !test) countEvent(stats, event.name, nodes, target !== undefined, twin);
  if (known === undefined) {
    const row = past ? historyRow(event, nodes, target !== undefined, at) : fromWire(event, nodes, target !== undefined, at);
    const near = nodes.length === 0 && !past ? nearMisses(state.table, namesFromShown(event.type, event.name), event.properties, null) : [];
    const number = addRow(state, row, REMOTE, output, near);
    stats.rows.push(number);
    if (!test && (nodes.length === 0 || target !== undefined)) stats.samples.set(event.name, number);
  } else if (twin) {
    remember(accumulation.dedupe, event.id, known.row, known.lanes | REMOTE);
    mergeTwin(owner, known.row, fromWire(event, nodes, target !== undefined, at));
    stats.rows.push(known.row);
  } else if (!past && isHistoryRow(owner, known.row)) {
    joinFeed(owner, known.row, owner === state ? output : SILENT);
    stats.rows.push(known.row);
  } else if (!past) {
    accumulation.duplicates += 1;
    stats.rows.push(known.row);
  }
}

/** Adds a row to the buffer, the dedupe set, the traces and the view, and reports its hits. Returns
 * its number.
 */
export function addRow(state: State, row: NewRow, lane: typeof LOCAL | typeof REMOTE, output: Output, near: readonly NearMiss[] = []): number {
  const { accumulation } = state;
  const number = appendRow(accumulation.events, row);
  remember(accumulation.dedupe, row.id, number, lane);
  if ((row.lanes & HISTORY) !== 0) {
    advanceTrace(accumulation, row, number, row.traces, null);
    return number;
  }
  const through = addToView(accumulation.view, accumulation.events, state.filter, row, number, row.at);
  if (through) {
    const token = row.traces[0]?.token ?? null;
    const late = row.flags.includes("late");
    const test = isTest(row) ? { test: true } : {};
    for (const node of row.nodes) output.hit({ node, at: row.at, late, token, count: 1, ...test });
  }
  // Under a filter only what passes moves.
  if (!isTest(row)) advanceTrace(accumulation, row, number, row.traces, through ? output : null, near);
  return number;
}

function historyRow(event: FrameEvent, nodes: readonly string[], bound: boolean, at: number): NewRow {
  const row = fromWire(event, nodes, bound, at);
  return { ...row, at: Math.min(at, row.arrivedAt), lanes: REMOTE | HISTORY };
}

function isHistoryRow({ accumulation: { events } }: State, number: number): boolean {
  return ((rowAt(events, number)?.lanes ?? 0) & HISTORY) !== 0;
}

/** An event that following a trace had brought before its own frame did: it is no repeat. */
function joinFeed({ accumulation: { events, view }, filter }: State, number: number, output: Output): void {
  updateRow(events, number, { lanes: REMOTE });
  const row = rowAt(events, number);
  if (row === null || !addToView(view, events, filter, row, number, row.at)) return;
  for (const node of row.nodes) output.hit({ node, at: row.at, late: row.flags.includes("late"), token: row.traces[0]?.token ?? null, count: 1, ...(isTest(row) ? { test: true } : {}) });
}

function relabelAsCarried(state: State, number: number, event: FrameEvent, nodes: readonly string[], bound: boolean, at: number, output: Output): void {
  const row = rowAt(state.accumulation.events, number);
  if (row?.type === event.type && (row.name !== event.name || row.nodes.join() !== nodes.join())) relabel(state, number, { name: event.name, nodes, bound, properties: row.properties }, at, output);
}

/** The remote twin of a row that the tap brought: its times, tokens and place in the log are added,
 * and both lanes' tokens are one trace.
 */
function mergeTwin(state: State, number: number, twin: NewRow): void {
  const row = rowAt(state.accumulation.events, number);
  if (row === null) return;
  // The same id with another type is not the same event. A page could claim it, so it must not join
  // traces.
  const traces = row.type === twin.type ? unionTokens(row.traces, twin.traces) : row.traces;
  updateRow(state.accumulation.events, number, {
    lanes: LOCAL | REMOTE, arrivedAt: twin.arrivedAt, receivedAt: twin.receivedAt, order: twin.order, source: twin.source, traces, flags: twin.flags, ...(twin.revealed === undefined ? {} : { revealed: twin.revealed }),
    properties: { ...row.properties, ...twin.properties },
  });
  advanceTrace(state.accumulation, { ...row, order: twin.order }, number, traces, null);
}

function countEvent(stats: IngestStats, name: string, nodes: readonly string[], bound: boolean, twin: boolean): void {
  for (const node of nodes) {
    stats.carried.set(node, (stats.carried.get(node) ?? 0) + 1);
    if (twin) stats.twins.set(node, (stats.twins.get(node) ?? 0) + 1);
  }
  if (twin) stats.eventTwins += 1;
  if (nodes.length > 0) {
    stats.mappedCarried += 1;
    if (twin) stats.mappedTwins += 1;
    if (!bound) return;
  }
  const here = stats.names.get(name) ?? { carried: 0, twins: 0 };
  here.carried += 1;
  if (twin) here.twins += 1;
  stats.names.set(name, here);
}

// Frame counts: the counts are exact; the carried events decorate them.

/** Applies a frame at `at`: counts, activity, log; hits go to `output`. */
export function applyBatch(state: State, batch: Batch & CountedApart, at: number, output: Output): void {
  const { accumulation, options } = state;
  const stats = ingestEvents(state, batch.events, at, isHistory(batch), output);
  appendToLog(accumulation, { kind: "batch", at, frame: { ...withoutEvents(batch), rows: stats.rows } }, options.log);
  accumulation.frameSums = addCounts(accumulation.frameSums, batch.ledger);
  addTests(accumulation.tests, batch.tests, at, options.nodes);
  state.threshold = Math.min(state.threshold, batch.threshold);
  if (batch.threshold < 1 || batch.ledger.thinned > 0) state.thinnedAt ??= at;
  const { counts, unmapped, moved, bound } = withBindings(state, batch);
  for (const [node, n] of Object.entries(counts)) {
    const light = activityOf(accumulation, node, options.nodes);
    if (light === null) continue;
    const uncarried = Math.max(0, n - (stats.carried.get(node) ?? 0));
    const twins = stats.twins.get(node) ?? 0;
    const waiting = light.pendingLocal;
    const fresh = countRemote(light, n, twins, uncarried);
    recordHits(light, at, fresh);
    const silent = uncarried - Math.max(0, waiting - light.pendingLocal - Math.min(waiting, twins));
    if (silent > 0 && accumulation.view.filtered === null) output.hit({ node, at, late: false, token: null, count: silent });
  }
  const uncarriedEvents = batch.ledger.thinned + batch.ledger.sampled_out + batch.ledger.forgotten;
  for (const [name, n] of Object.entries(unmapped)) {
    const there = stats.names.get(name) ?? { carried: 0, twins: 0 };
    unmappedRemote(accumulation.unmapped, name, n, there.twins, Math.max(0, n - there.carried), at, options.unmapped);
  }
  for (const name of bound) {
    const n = batch.unmapped[name] ?? 0;
    const there = stats.names.get(name) ?? { carried: 0, twins: 0 };
    const entry = boundCounter(accumulation, name, at);
    countRemote(entry, n, there.twins, Math.max(0, n - there.carried));
    entry.lastAt = Math.max(entry.lastAt, at);
  }
  countRemote(accumulation.unmapped.other, batch.other, 0, Math.min(batch.other, uncarriedEvents));
  for (const [name, row] of stats.samples) {
    const entry = accumulation.unmapped.names.get(name) ?? accumulation.bound.get(name);
    if (entry !== undefined) entry.sample = row;
  }
  const lit = batch.ledger.lit + moved;
  countRemote(accumulation.mapped, lit, stats.mappedTwins, Math.max(0, lit - stats.mappedCarried));
  const fresh = countRemote(accumulation.total, batch.ledger.lit + batch.ledger.unmapped, stats.eventTwins, uncarriedEvents);
  recordHits(accumulation.total, at, fresh);
  addToWindow(accumulation.sparkline, at, fresh);
}

/** A frame that covers nothing carries a trace's events from before it was followed. */
export function isHistory(batch: Pick<Batch, "from" | "position" | "ledger">): boolean {
  return batch.from === batch.position && batch.ledger.offered === 0;
}

/** Counts a gap. */
export function applyGap(state: State, gap: Gap, at: number): void {
  countMissed(state.accumulation.frameSums, state.accumulation.missed, gap, at);
  appendToLog(state.accumulation, { kind: "frame", at, frame: gap }, state.options.log);
}

/** A frame's counts with bound names counted at their node; `moved` of its unmapped events are so
 * mapped.
 */
function withBindings(state: State, batch: Batch): { counts: Readonly<Record<string, number>>; unmapped: Readonly<Record<string, number>>; moved: number; bound: readonly string[] } {
  const bound = Object.entries(batch.unmapped).filter(([name]) => state.binds.has(name));
  if (bound.length === 0) return { counts: batch.counts, unmapped: batch.unmapped, moved: 0, bound: [] };
  const counts = new Map(Object.entries(batch.counts));
  const unmapped = new Map(Object.entries(batch.unmapped));
  let moved = 0;
  for (const [name, n] of bound) {
    const node = state.binds.get(name) ?? "";
    counts.set(node, (counts.get(node) ?? 0) + n);
    unmapped.delete(name);
    moved += n;
  }
  return { counts: Object.fromEntries(counts), unmapped: Object.fromEntries(unmapped), moved, bound: bound.map(([name]) => name) };
}

function withoutEvents(batch: Batch & CountedApart): Omit<Batch, "events"> & CountedApart {
  return {
    ...(batch.tests === undefined ? {} : { tests: batch.tests }),
    op: "batch", from: batch.from, position: batch.position, counts: batch.counts, unmapped: batch.unmapped, other: batch.other,
    threshold: batch.threshold, ledger: batch.ledger,
  };
}
