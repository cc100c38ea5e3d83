/** A state from the text that `snapshot` wrote; anything else is null, never an error. */
import { hold } from "./held.ts";
import { createKept, type Kept, lightOf, logged } from "./kept.ts";
import type { Light } from "./light.ts";
import { createTable } from "./matching.ts";
import { readJson } from "./parse.ts";
import { isProblem } from "./problem.ts";
import { reduce } from "./reduce.ts";
import { append } from "./ring.ts";
import { fromWire } from "./row.ts";
import { LOCAL, mark } from "./seen.ts";
import { type SavedLight, type SavedRow, seal, type Snapshot } from "./snapshot.ts";
import { initial, type Options, type State } from "./state.ts";
import { shown, type Tally } from "./tally.ts";
import { load } from "./traces/load.ts";
import { advanceTrail, follow } from "./trail.ts";
import { nameOf } from "./unmapped.ts";
import { add } from "./window.ts";

/** The state that a snapshot holds, not paused and not connected; null where the text is none of this version. */
export function restore(text: string, options: Partial<Options> = {}): State | null {
  const end = text.indexOf("\n");
  const body = text.slice(end + 1);
  if (end < 0 || text.slice(0, end) !== seal(body)) return null;
  const read = readJson(body);
  if (isProblem(read)) return null;
  const saved = read as Snapshot;
  const state = initial(options);
  const { lanes, session, startedAt, graph, position, lives = 0, posture, sampling, threshold, thinnedAt, imposedAt } = saved;
  const kept = keptOf(state, saved);
  Object.assign(state, {
    lanes: [...lanes], session, startedAt, graph, position, lives, posture, sampling, threshold, imposedAt, kept, table: createTable(graph?.listens ?? []),
    doors: new Map(saved.doors.map(([source, last, since]) => [source, { last, since }])), binds: new Map(saved.binds), connectionSince: startedAt,
  } satisfies Partial<State>);
  retell(state, saved);
  state.thinnedAt = thinnedAt;
  follow(state, saved.follows);
  for (const entry of saved.held) hold(state.held, entry, state.options.held);
  return reduce(state, { kind: "filter", at: -Infinity, text: saved.filter });
}

function keptOf(state: State, saved: Snapshot): Kept {
  const { options } = state;
  const kept = createKept(options, saved.graph, saved.since, null, Math.max(0, (saved.end ?? 0) - saved.rows.length));
  const traces = saved.graph === null || saved.traces === null ? null : load(saved.graph, saved.traces, options.traces);
  if (traces !== null) kept.traces = traces;
  relight(kept.total, saved.total);
  retally(kept.mapped, saved.mapped);
  for (const [uuid, ...light] of saved.nodes) {
    const made = lightOf(kept.nodes, uuid, options.nodes);
    if (made !== null) relight(made, light);
  }
  for (const [name, remote, local, waiting, firstAt, lastAt] of saved.names) {
    const made = nameOf(kept.unmapped, name, firstAt, options.unmapped);
    if (made === null) continue;
    retally(made, [remote, local, waiting]);
    made.lastAt = lastAt;
  }
  retally(kept.unmapped.other, saved.other);
  kept.sums = { ...saved.sums };
  Object.assign(kept.missed, saved.missed);
  kept.duplicates = saved.duplicates;
  return kept;
}

/** Puts the rows back, with what goes by rows: dedupe, rates, samples and the session log, whose first frame holds the counts. */
function retell(state: State, saved: Snapshot): void {
  const { kept } = state;
  const remote: number[] = [], local: { row: number; one: SavedRow }[] = [];
  for (const one of saved.rows) {
    const row = append(kept.ring, { ...fromWire(one, one.nodes, one.bound, one.at), arrivedAt: one.arrived ?? NaN, lanes: one.lanes, way: one.way });
    mark(kept.seen, one.id, row, one.lanes);
    if ((one.lanes & LOCAL) !== 0) local.push({ row, one });
    if (one.lanes !== LOCAL) remote.push(row);
    for (const node of one.nodes) { const light = kept.nodes.get(node); if (light !== undefined) add(light.window, one.at, 1); }
    add(kept.total.window, one.at, 1);
    add(kept.sparkline, one.at, 1);
    const name = one.nodes.length === 0 ? kept.unmapped.names.get(one.name) : undefined;
    if (name !== undefined) name.sample = row;
    if (saved.traces === null) advanceTrail(kept, { ...fromWire(one, one.nodes, one.bound, one.at), lanes: one.lanes, way: one.way }, row, one.traces, null);
  }
  for (const { row, one } of local)
    for (const stage of ["called", "enriched", "delivered", "failed", "dropped"] as const)
      if (one.way?.[stage] !== undefined) logged(kept, { kind: "tap", at: one.way[stage], row, stage, reason: one.way.reason ?? "" }, state.options.log);
  const counts = Object.fromEntries([...kept.nodes].filter(([, light]) => light.remote > 0).map(([uuid, light]) => [uuid, light.remote]));
  const unmapped = Object.fromEntries([...kept.unmapped.names.values()].filter((name) => name.remote > 0).map((name) => [name.name, name.remote]));
  const { missed, offered, ...sums } = kept.sums;
  const frame = { op: "batch", from: saved.position, position: saved.position, counts, unmapped, other: kept.unmapped.other.remote, threshold: saved.threshold, rows: remote } as const;
  if (shown(kept.total) > 0) logged(kept, { kind: "batch", at: saved.total[5] ?? saved.since, frame: { ...frame, ledger: { ...sums, offered: offered - missed, missed: 0 } } }, state.options.log);
  for (const gap of kept.missed.gaps) logged(kept, { kind: "frame", at: gap.at, frame: { op: "gap", from: "", to: "", missed: gap.missed, reason: gap.reason } }, state.options.log);
}

function relight(light: Light, [remote, local, waiting, heat, heatAt, lastAt]: SavedLight): void {
  retally(light, [remote, local, waiting]);
  light.heat = heat;
  light.heatAt = heatAt;
  light.lastAt = lastAt;
}

function retally(tally: Tally, [remote, local, waiting]: readonly [number, number, number]): void {
  Object.assign(tally, { remote, local, waiting });
}
