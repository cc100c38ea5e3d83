/** Ingest of the tap's messages: each counts once, however many stages it reports. */
import { type Output, SILENT } from "./actions.ts";
import { addToWindow, countLocal, recordHits } from "./activity.ts";
import { type DedupeEntry, LOCAL, lookUp, remember, REMOTE } from "./dedupe.ts";
import { fromTap, type Row, rowAt, type StageTimes, unionTokens, updateRow } from "./eventBuffer.ts";
import { addRow, boundCounter, relabel, withdraw } from "./ingest.ts";
import { match } from "./matching.ts";
import { nearMisses } from "./nearMiss.ts";
import { activityOf, appendToLog, type State, stateWithRow } from "./state.ts";
import type { TapMessage } from "./tapMessage.ts";
import { advanceTrace } from "./traces/bridge.ts";
import { unmappedCounter, unmappedLocal } from "./unmapped.ts";

// When a message was called, and whether that was before On: the SDK retries what it could not
// send, so a later stage may come at any time.

/** Ids of analytics.js say when they were made, in milliseconds since 1970. */
const ID_TIME = /^ajs-next-(\d{13})-/;

/** Milliseconds since 1970 by the page's clock. If the tap did not see the call itself, the
 * message's id tells, else its timestamp, which a page may set.
 */
export function calledAt({ calledAt: known, stage, at, messageId, occurredAt }: TapMessage): number {
  if (known !== undefined) return known;
  if (stage === "called") return at ?? Infinity;
  return Number(ID_TIME.exec(messageId)?.[1] ?? occurredAt);
}

/** Whether a message was called before On and must not be counted. A further stage of a known
 * message always belongs to that message.
 */
export function isEarly(state: State, message: TapMessage): boolean {
  if ([message.messageId, message.replaces ?? ""].some((id) => lookUp(state.accumulation.dedupe, id) !== undefined)) return false;
  return calledAt(message) < state.startedAt;
}

// Messages of the tap: one message counts once, however many stages it reports, and only until its
// remote twin is counted.

/** Stages at which a message is as it leaves: middleware and plugins may have renamed it since it
 * was called.
 */
const LEAVING: ReadonlySet<string> = new Set<TapMessage["stage"]>(["enriched", "delivered", "failed"]);

/** Counts a message of the local lane, or a further stage of one that is known. */
export function ingestTapMessage(state: State, message: TapMessage, at: number, output: Output): void {
  const { accumulation } = state;
  if (message.replaces !== undefined) replaceEarlyCall(state, message.replaces, message.messageId);
  const known = lookUp(accumulation.dedupe, message.messageId);
  let row = known?.row ?? -1;
  if (known === undefined) row = addLocal(state, message, at, output);
  else {
    const owner = stateWithRow(state, known.row);
    updateLocal(owner, message, at, known, owner === state ? output : SILENT);
  }
  appendToLog(accumulation, { kind: "tap", at, row, stage: message.stage, reason: message.reason ?? "" }, state.options.log);
}

/** A call that was reported before the SDK took it now has its own id: its row continues under that
 * id, unless its remote twin has a row already.
 */
function replaceEarlyCall(state: State, before: string, id: string): void {
  const { accumulation } = state;
  const early = lookUp(accumulation.dedupe, before);
  const known = lookUp(accumulation.dedupe, id);
  // An event that came from the server is never an early call, even if a page says so.
  if (early === undefined || (early.lanes & REMOTE) !== 0 || early.row === known?.row) return;
  const owner = stateWithRow(state, early.row);
  if (known === undefined) {
    updateRow(owner.accumulation.events, early.row, { id });
    for (const { dedupe: seen } of new Set([accumulation, owner.accumulation])) remember(seen, id, early.row, early.lanes);
    return;
  }
  withdraw(owner, early.row);
  remember(accumulation.dedupe, before, known.row, known.lanes);
}

function addLocal(state: State, message: TapMessage, at: number, output: Output): number {
  const { accumulation, options } = state;
  const nodes = matchNodes(state, message);
  const number = addRow(state, fromTap(message, nodes.uuids, nodes.bound, at), LOCAL, output, nodes.uuids.length === 0 ? nearMisses(state.table, message.names, message.properties, message.traits ?? {}) : []);
  for (const node of nodes.uuids) {
    const light = activityOf(accumulation, node, options.nodes);
    if (light === null) continue;
    countLocal(light, false);
    recordHits(light, at, 1);
  }
  if (nodes.uuids.length > 0) {
    countLocal(accumulation.mapped, false);
    if (nodes.bound) boundLocal(state, message.name, number, false, at);
  } else {
    unmappedLocal(accumulation.unmapped, message.name, false, at, options.unmapped);
    const entry = unmappedCounter(accumulation.unmapped, message.name, at, options.unmapped);
    if (entry !== null) entry.sample = number;
  }
  countLocal(accumulation.total, false);
  recordHits(accumulation.total, at, 1);
  addToWindow(accumulation.sparkline, at, 1);
  return number;
}

/** Counts a local event of a bound name, which goes back to the unmapped ones when the binding
 * ends.
 */
function boundLocal({ accumulation }: State, name: string, row: number, twinCame: boolean, at: number): void {
  const entry = boundCounter(accumulation, name, at);
  countLocal(entry, twinCame);
  entry.lastAt = Math.max(entry.lastAt, at);
  if (!twinCame) entry.sample = row;
}

/** A later stage, or the local twin of an event that came from the server first: that one is
 * counted already.
 */
function updateLocal(state: State, message: TapMessage, at: number, known: DedupeEntry, output: Output): void {
  const { accumulation } = state;
  if ((known.lanes & REMOTE) === 0 && LEAVING.has(message.stage)) applyRename(state, message, at, known.row, output);
  const row = rowAt(accumulation.events, known.row);
  if (row === null) return;
  const traces = row.type === message.type ? unionTokens(row.traces, message.traces) : row.traces;
  updateRow(accumulation.events, known.row, { traces, lanes: row.lanes | LOCAL, way: advanceStages(row, message, at) });
  if ((row.lanes & LOCAL) !== 0) {
    if (row.traces.length === 0 && traces.length > 0) advanceTrace(accumulation, row, known.row, traces, output);
    return;
  }
  remember(accumulation.dedupe, message.messageId, known.row, known.lanes | LOCAL);
  for (const node of row.nodes) {
    const light = activityOf(accumulation, node, state.options.nodes);
    if (light !== null) countLocal(light, true);
  }
  if (row.nodes.length > 0) {
    countLocal(accumulation.mapped, true);
    if (row.bound) boundLocal(state, row.name, known.row, true, at);
  } else unmappedLocal(accumulation.unmapped, row.name, true, at, state.options.unmapped);
  countLocal(accumulation.total, true);
  advanceTrace(accumulation, row, known.row, traces, null);
}

/** The stage times with one stage more. The reason for a wait is dropped once the SDK has taken the
 * call.
 */
function advanceStages(row: Row, { stage, reason, page, replaces, name, at: seen }: TapMessage, at: number): StageTimes {
  const { reason: before, ...way } = row.way ?? {};
  const why = reason ?? (replaces === undefined ? before : undefined);
  const as = stage === "called" && name !== row.name ? { as: way.as ?? name } : {};
  return { ...way, ...as, [stage]: way[stage] ?? seen ?? at, ...(why === undefined ? {} : { reason: why }), ...(page === undefined ? {} : { page }) };
}

/** A message counts under the name and properties with which it leaves. */
function applyRename(state: State, message: TapMessage, at: number, number: number, output: Output): void {
  const row = rowAt(state.accumulation.events, number);
  if (row === null || row.type !== message.type) return;
  const { name, properties } = message;
  if (row.name === name && JSON.stringify(row.properties) === JSON.stringify(properties)) return;
  const { uuids: nodes, bound } = matchNodes(state, message);
  relabel(state, number, { name, nodes, bound, properties }, at, output);
}

function matchNodes(state: State, message: TapMessage): { uuids: readonly string[]; bound: boolean } {
  const uuids = message.nodes ?? match(state.table, message.names, message.properties, message.traits ?? {});
  const target = uuids.length === 0 ? state.binds.get(message.name) : undefined;
  return target === undefined ? { uuids, bound: false } : { uuids: [target], bound: true };
}
