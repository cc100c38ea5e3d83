/** Matches events again after bindings have changed: what the buffer holds, and frames to come. */
import { activityOf, type Accumulation, type State } from "./state.ts";
import { countLocal, countRemote, createActivity, displayed, type DualCounter, recordHits, removeHit } from "./activity.ts";
import { HISTORY, LOCAL, REMOTE } from "./dedupe.ts";
import { type Row, rowAt, rowsOf, updateRow } from "./eventBuffer.ts";
import { buildView } from "./filteredView.ts";
import { boundCounter, isHistory } from "./ingest.ts";
import type { BatchCounts } from "./ledger.ts";
import { match, type Table } from "./matching.ts";
import { namesFromShown } from "./nearMiss.ts";
import type { LogEntry } from "./sessionLog.ts";
import { type CountedApart, isTest } from "./testEvents.ts";
import { migrateTraces } from "./traces/migrate.ts";
import { unmappedCounter } from "./unmapped.ts";
import type { Batch, EventBinding, Frame, FrameEvent, Graph } from "./wire.gen.ts";

/** The nodes (uuid) whose events are known by other names or filters in `now` than in `before`. */
export function changedBindings(before: readonly EventBinding[], now: readonly EventBinding[]): ReadonlySet<string> {
  const [old, fresh] = [asWritten(before), asWritten(now)];
  return new Set([...old.keys(), ...fresh.keys()].filter((node) => old.get(node) !== fresh.get(node)));
}

function asWritten(listens: readonly EventBinding[]): ReadonlyMap<string, string> {
  return new Map(listens.map(({ node, names, filters }) => [node, JSON.stringify([names, filters.map(({ property, operator, values, property_type }) => [property, operator, values, property_type])])]));
}

/** What an event lights: of the nodes in `of` those that it matches, of all others what it had. */
function nodesOf({ type, name, nodes, properties }: Pick<FrameEvent, "type" | "name" | "nodes" | "properties">, table: Table, of: ReadonlySet<string>): readonly string[] {
  const matched = match(table, namesFromShown(type, name), properties, {}).filter((node) => of.has(node));
  return matched.length === 0 && !nodes.some((node) => of.has(node)) ? nodes : [...nodes.filter((node) => !of.has(node)), ...matched];
}

// Frames.

/** A frame as if the server had matched the nodes in `of` by `table`. Their counts are of carried
 * events alone; what a frame does not carry cannot be matched.
 */
export function rematchFrame(frame: Frame & CountedApart, table: Table, of: ReadonlySet<string>): Frame {
  if (frame.op !== "batch" || of.size === 0) return frame;
  const past = isHistory(frame);
  const counts = Object.fromEntries(Object.entries(frame.counts).filter(([node]) => !of.has(node)));
  let moved: BatchCounts = { ...frame, counts };
  const events = frame.events.map((event) => {
    const nodes = nodesOf(event, table, of);
    // Tests that are counted apart are in none of the frame's counts.
    if (!past && !(frame.tests !== undefined && isTest(event))) moved = withMove(moved, event.name, event.nodes.filter((node) => !of.has(node)), nodes, event.nodes.length > 0);
    return nodes === event.nodes ? event : { ...event, nodes };
  });
  return { ...frame, counts: moved.counts, unmapped: moved.unmapped, ledger: moved.ledger, events };
}

/** Counts of a frame of which one event that lit `before` lights `now`. */
function withMove<F extends BatchCounts>(frame: F, name: string, before: readonly string[], now: readonly string[], wasLit: boolean): F {
  const counts = { ...frame.counts };
  for (const node of before) if (!now.includes(node)) counts[node] = Math.max(0, (counts[node] ?? 0) - 1);
  for (const node of now) if (!before.includes(node)) counts[node] = (counts[node] ?? 0) + 1;
  const lit = Number(now.length > 0) - Number(wasLit);
  if (lit === 0) return { ...frame, counts };
  const unmapped = { ...frame.unmapped };
  const left = Math.max(0, (Object.hasOwn(unmapped, name) ? (unmapped[name] ?? 0) : 0) - lit);
  if (left === 0) Reflect.deleteProperty(unmapped, name);
  else unmapped[name] = left;
  return { ...frame, counts, unmapped, ledger: { ...frame.ledger, lit: Math.max(0, frame.ledger.lit + lit), unmapped: Math.max(0, frame.ledger.unmapped - lit) } };
}

// What the buffer holds.

/** A row that lights other nodes than before. */
interface Move {
  readonly row: Row;
  readonly nodes: readonly string[];
  readonly bound: boolean;
}

/** Has the events that are held light the nodes in `of` by the state's own graph. These nodes count
 * anew from what is held; since when is in `rematched`.
 */
export function rematchHeld(state: State, of: ReadonlySet<string>, at: number): void {
  const { graph, table, pauseBuffer } = state;
  if (graph === null || of.size === 0) return;
  for (const accumulation of [state.accumulation, state.undo]) if (accumulation !== null) rematchRows(state, accumulation, graph, of, at);
  state.accumulation.view = buildView(state.accumulation.events, state.filter);
  pauseBuffer.entries = pauseBuffer.entries.map((entry) => (entry.kind === "batch" ? { ...entry, frame: rematchFrame(entry.frame, table, of) as Batch } : entry));
}

function rematchRows(state: State, accumulation: Accumulation, graph: Graph, of: ReadonlySet<string>, at: number): void {
  const moves = new Map<number, Move>();
  const uuids = new Set(graph.nodes.map(({ uuid }) => uuid));
  let [held, oldest] = [0, at];
  for (const node of of) accumulation.nodes.delete(node);
  for (const row of rowsOf(accumulation.events)) {
    const matched = nodesOf({ ...row, nodes: row.bound ? [] : row.nodes }, state.table, of);
    const bind = matched.length === 0 ? state.binds.get(row.name) : undefined;
    const nodes = bind !== undefined && uuids.has(bind) ? [bind] : matched;
    const bound = nodes !== matched;
    if (nodes.join("\n") !== row.nodes.join("\n") || bound !== row.bound) moves.set(row.row, { row, nodes, bound });
    if ((row.lanes & HISTORY) !== 0 || isTest(row)) continue;
    held += 1;
    oldest = Math.min(oldest, row.at);
    for (const node of nodes) if (of.has(node) || !row.nodes.includes(node)) light(state, accumulation, node, row);
    for (const node of row.nodes) if (!of.has(node) && !nodes.includes(node)) darken(accumulation, node, row);
  }
  for (const move of moves.values()) apply(state, accumulation, move);
  const rewritten = (entry: LogEntry): LogEntry => rewrite(entry, accumulation, moves, of);
  accumulation.log.head = accumulation.log.head.map(rewritten);
  accumulation.log.entries = accumulation.log.entries.map(rewritten);
  const whole = held >= displayed(accumulation.total);
  for (const node of of) accumulation.rematched.set(node, whole ? accumulation.since : oldest);
  if (accumulation.traces !== null) {
    const byId = new Map([...moves.values()].map(({ row, nodes }) => [row.id, nodes]));
    migrateTraces(accumulation.traces, graph, ({ id }) => byId.get(id) ?? null);
  }
}

function light(state: State, accumulation: Accumulation, node: string, row: Row): void {
  const activity = activityOf(accumulation, node, state.options.nodes);
  if (activity === null) return;
  count(activity, row);
  recordHits(activity, row.at, 1);
}

function darken(accumulation: Accumulation, node: string, row: Row): void {
  const activity = accumulation.nodes.get(node) ?? createActivity();
  uncount(activity, row);
  removeHit(activity, row.at, displayed(activity) === 0 ? null : activity.lastAt);
}

/** Counts one event in each of its lanes. */
function count(tally: DualCounter, { lanes }: Row): void {
  if ((lanes & REMOTE) !== 0) countRemote(tally, 1, 0, 0);
  if ((lanes & LOCAL) !== 0) countLocal(tally, (lanes & REMOTE) !== 0);
}

function uncount(tally: DualCounter, { lanes }: Row): void {
  if ((lanes & REMOTE) !== 0) tally.remote = Math.max(0, tally.remote - 1);
  if ((lanes & LOCAL) === 0) return;
  tally.local = Math.max(0, tally.local - 1);
  if ((lanes & REMOTE) === 0) tally.pendingLocal = Math.max(0, tally.pendingLocal - 1);
}

/** Moves one event between mapped and unmapped, and relabels its row. */
function apply(state: State, accumulation: Accumulation, { row, nodes, bound }: Move): void {
  updateRow(accumulation.events, row.row, { nodes, bound });
  const lit = Number(nodes.length > 0) - Number(row.nodes.length > 0);
  if ((row.lanes & HISTORY) !== 0 || isTest(row)) return;
  if (row.bound && !bound) uncount(boundCounter(accumulation, row.name, row.at), row);
  if (bound && !row.bound) count(boundCounter(accumulation, row.name, row.at), row);
  if (lit === 0) return;
  const { unmapped, frameSums } = accumulation;
  if ((row.lanes & REMOTE) !== 0) Object.assign(frameSums, { lit: Math.max(0, frameSums.lit + lit), unmapped: Math.max(0, frameSums.unmapped - lit) });
  if (lit > 0) {
    count(accumulation.mapped, row);
    const entry = unmapped.names.get(row.name);
    uncount(entry ?? unmapped.other, row);
    if (entry !== undefined && displayed(entry) === 0) unmapped.names.delete(row.name);
    return;
  }
  uncount(accumulation.mapped, row);
  const entry = unmappedCounter(unmapped, row.name, row.at, state.options.unmapped);
  count(entry ?? unmapped.other, row);
  if (entry === null) return;
  entry.lastAt = Math.max(entry.lastAt, row.at);
  entry.sample = row.row;
}

/** A log entry that counts its events at the nodes that they light now. */
function rewrite(entry: LogEntry, accumulation: Accumulation, moves: ReadonlyMap<number, Move>, of: ReadonlySet<string>): LogEntry {
  if (entry.kind !== "batch" || isHistory(entry.frame)) return entry;
  let frame = { ...entry.frame, counts: Object.fromEntries(Object.entries(entry.frame.counts).filter(([node]) => !of.has(node))) };
  for (const number of frame.rows) {
    const row = rowAt(accumulation.events, number);
    if (row === null || isTest(row)) continue;
    const before = moves.get(number)?.row ?? row;
    const wire = ({ nodes, bound }: Pick<Row, "nodes" | "bound">): readonly string[] => (bound ? [] : nodes);
    frame = withMove(frame, row.name, wire(before).filter((node) => !of.has(node)), wire(row), wire(before).length > 0);
  }
  return { ...entry, frame };
}
