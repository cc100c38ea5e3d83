/** Takes in the events that a frame carries: each once, whichever lane brought it first. What they count is in the frame's counts. */
import { holding } from "./kept.ts";
import { fromWire, united } from "./row.ts";
import { namesOf, type NearMiss, nearMisses } from "./near.ts";
import { relabel } from "./relabel.ts";
import { amend, append, type NewRow, rowAt } from "./ring.ts";
import { HISTORY, LOCAL, look, mark, REMOTE } from "./seen.ts";
import { type Out, SILENT } from "./out.ts";
import type { State } from "./state.ts";
import { advanceTrail } from "./trail.ts";
import { see } from "./view.ts";
import type { CarriedEvent } from "./wire.gen.ts";

/** What a frame's events were: rows brought or met again, and per node, name and altogether how many were carried and how many the tap had heard. */
export interface Carried {
  readonly rows: number[];
  readonly carried: Map<string, number>;
  readonly twins: Map<string, number>;
  readonly names: Map<string, { carried: number; twins: number }>;
  readonly samples: Map<string, number>;
  eventTwins: number;
  mappedTwins: number;
  mappedCarried: number;
}

/** Takes `events` in at `at`. Those of the past were counted long ago: they enter the ring and the traces, but neither the feed nor the light. */
export function carry(state: State, events: readonly CarriedEvent[], at: number, past: boolean, out: Out): Carried {
  const seen: Carried = { rows: [], carried: new Map(), twins: new Map(), names: new Map(), samples: new Map(), eventTwins: 0, mappedTwins: 0, mappedCarried: 0 };
  for (const event of events) take(state, event, at, past, out, seen);
  return seen;
}

function take(state: State, event: CarriedEvent, at: number, past: boolean, out: Out, seen: Carried): void {
  const { kept } = state;
  const target = event.nodes.length === 0 ? state.binds.get(event.name) : undefined;
  const nodes = target === undefined ? event.nodes : [target];
  const known = look(kept.seen, event.id);
  const twin = known !== undefined && (known.lanes & REMOTE) === 0;
  // The tap may have heard it by another name than it left under: its hits go where the server counted it.
  const holder = known === undefined ? state : holding(state, known.row);
  if (twin) asCarried(holder, known.row, event, nodes, target !== undefined, at, holder === state ? out : SILENT);
  if (!past) tell(seen, event.name, nodes, twin);
  if (known === undefined) {
    const row = past ? pastRow(event, nodes, target !== undefined, at) : fromWire(event, nodes, target !== undefined, at);
    const near = nodes.length === 0 && !past ? nearMisses(state.table, namesOf(event.type, event.name), event.properties, null) : [];
    const number = enter(state, row, REMOTE, out, near);
    seen.rows.push(number);
    if (nodes.length === 0) seen.samples.set(event.name, number);
  } else if (twin) {
    mark(kept.seen, event.id, known.row, known.lanes | REMOTE);
    meet(holder, known.row, fromWire(event, nodes, target !== undefined, at));
    seen.rows.push(known.row);
  } else if (!past) {
    kept.duplicates += 1;
    seen.rows.push(known.row);
  }
}

/** Adds a row to everything that goes by rows: ring, dedupe, traces, view, and the picture. Returns its number. */
export function enter(state: State, row: NewRow, lane: typeof LOCAL | typeof REMOTE, out: Out, near: readonly NearMiss[] = []): number {
  const { kept } = state;
  const number = append(kept.ring, row);
  mark(kept.seen, row.id, number, lane);
  if ((row.lanes & HISTORY) !== 0) {
    advanceTrail(kept, row, number, row.traces, null);
    return number;
  }
  const through = see(kept.view, kept.ring, state.filter, row, number, row.at);
  if (through) {
    const token = row.traces[0]?.token ?? null;
    const late = row.flags.includes("late");
    for (const node of row.nodes) out.hit({ node, at: row.at, late, token, count: 1 });
  }
  advanceTrail(kept, row, number, row.traces, out, near);
  return number;
}

function pastRow(event: CarriedEvent, nodes: readonly string[], bound: boolean, at: number): NewRow {
  const row = fromWire(event, nodes, bound, at);
  return { ...row, at: Math.min(at, row.arrivedAt), lanes: REMOTE | HISTORY };
}

function asCarried(state: State, number: number, event: CarriedEvent, nodes: readonly string[], bound: boolean, at: number, out: Out): void {
  const row = rowAt(state.kept.ring, number);
  if (row?.type === event.type && (row.name !== event.name || row.nodes.join() !== nodes.join())) relabel(state, number, { name: event.name, nodes, bound, properties: row.properties }, at, out);
}

/** The remote twin of a row that the tap brought: its times, tokens and place in the log are added, and both lanes' tokens are one trace. */
function meet(state: State, number: number, twin: NewRow): void {
  const row = rowAt(state.kept.ring, number);
  if (row === null) return;
  // Under one id but of another kind it is not the same event, whatever a page says: nobody's traces are joined by it.
  const traces = row.type === twin.type ? united(row.traces, twin.traces) : row.traces;
  amend(state.kept.ring, number, {
    lanes: LOCAL | REMOTE, arrivedAt: twin.arrivedAt, receivedAt: twin.receivedAt, order: twin.order, source: twin.source, traces, flags: twin.flags, ...(twin.revealed === undefined ? {} : { revealed: twin.revealed }),
    properties: { ...row.properties, ...twin.properties },
  });
  advanceTrail(state.kept, { ...row, order: twin.order }, number, traces, null);
}

function tell(seen: Carried, name: string, nodes: readonly string[], twin: boolean): void {
  for (const node of nodes) {
    seen.carried.set(node, (seen.carried.get(node) ?? 0) + 1);
    if (twin) seen.twins.set(node, (seen.twins.get(node) ?? 0) + 1);
  }
  if (twin) seen.eventTwins += 1;
  if (nodes.length > 0) {
    seen.mappedCarried += 1;
    if (twin) seen.mappedTwins += 1;
    return;
  }
  const here = seen.names.get(name) ?? { carried: 0, twins: 0 };
  here.carried += 1;
  if (twin) here.twins += 1;
  seen.names.set(name, here);
}
