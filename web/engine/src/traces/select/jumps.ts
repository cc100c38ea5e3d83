/** Jumps as ghost edges, with the evidence for what each probably means. */
import { commonestReason } from "../../nearMiss.ts";
import { type Jump, pairKey } from "../jumpTable.ts";
import { exact, jumpKey, type Trace, type Traces, uuidOf, type Visit } from "../model.ts";
import { distances } from "../pathSearch.ts";
import { spread } from "./facts.ts";

// Evidence for a jump: a node between that most traces pass, or no path in the graph.

/** Traces examined for evidence, and how many of them must have gone from A to C before their share
 * counts.
 */
const MAX_TRACES = 1000;
const MIN_TRACES = 5;

/** Of `of` traces with visits that went from A to C, `by` had `between` in between; `why`
 * classifies the advice, `text` says it.
 */
export interface Evidence {
  readonly why: "missing" | "near" | "silent" | "skipped" | "back" | "no_way";
  readonly between: string | null;
  readonly by: number;
  readonly of: number;
  readonly text: string;
}

interface Pair {
  readonly jump: Jump;
  readonly between: readonly number[];
  of: number;
  readonly by: Map<number, number>;
}

/** Per jump id the evidence; one pass over the most recently active traces. */
export function advise(traces: Traces, jumps: readonly Jump[]): ReadonlyMap<number, Evidence> {
  const pairs = jumps.map((jump): Pair => ({ jump, between: between(traces, jump), of: 0, by: new Map() }));
  for (const trace of recentlyActive(traces)) {
    const path = trace.visits.filter((visit) => visit.lit.length > 0);
    const visited = new Set(path.flatMap((visit) => visit.lit));
    for (const pair of pairs) if (visited.has(pair.jump.from) && visited.has(pair.jump.to)) collectEvidence(path, pair);
  }
  return new Map(pairs.map((pair) => [pair.jump.id, judge(traces, pair)]));
}

/** Nodes that can light and lie on a way from A to C, the nearest to A first. */
function between(traces: Traces, jump: Jump): readonly number[] {
  const ahead = distances(traces.routeIndex, jump.from);
  const behind = distances(traces.routeIndex, jump.to, true);
  const found: number[] = [];
  traces.routeIndex.lights.forEach((lights, node) => {
    if (lights && node !== jump.from && node !== jump.to && (ahead[node] ?? -1) > 0 && (behind[node] ?? -1) > 0) found.push(node);
  });
  return found.sort((a, b) => (ahead[a] ?? 0) - (ahead[b] ?? 0) || a - b);
}

function recentlyActive(traces: Traces): readonly Trace[] {
  return [...traces.followedTraces, ...[...traces.live].slice(-MAX_TRACES)];
}

/** Records whether this trace went from A to C, and what it visited between its last A and a C. */
function collectEvidence(path: readonly Visit[], pair: Pair): void {
  const seen = new Set<number>();
  let [last, gone] = [-1, false];
  path.forEach((visit, n) => {
    if (last >= 0 && visit.lit.includes(pair.jump.to)) {
      gone = true;
      for (const passed of path.slice(last + 1, n)) for (const node of passed.lit) seen.add(node);
    }
    if (visit.lit.includes(pair.jump.from)) last = n;
  });
  if (!gone) return;
  pair.of += 1;
  for (const node of pair.between) if (seen.has(node)) pair.by.set(node, (pair.by.get(node) ?? 0) + 1);
}

function judge(traces: Traces, pair: Pair): Evidence {
  const [a, c] = [label(traces, pair.jump.from), label(traces, pair.jump.to)];
  const most = pair.between.reduce((best, node) => (pair.by.get(node) ?? 0) > (pair.by.get(best) ?? 0) ? node : best, pair.between[0] ?? -1);
  const by = pair.by.get(most) ?? 0;
  const evidence = (why: Evidence["why"], node: number, text: string): Evidence =>
    ({ why, between: traces.routeIndex.graph.nodes[node]?.uuid ?? null, by: pair.by.get(node) ?? 0, of: pair.of, text });
  if (most === -1) {
    return (distances(traces.routeIndex, pair.jump.to)[pair.jump.from] ?? -1) > 0
      ? evidence("back", -1, `The graph has no way back from ${a} to ${c}, but people return there.`)
      : evidence("no_way", -1, `The graph has no way from ${a} to ${c}: an edge is probably missing.`);
  }
  const b = label(traces, most);
  if (pair.of >= MIN_TRACES && by * 2 >= pair.of) {
    const share = by === pair.of ? 100 : Math.min(99, Math.round(100 * by / pair.of));
    return evidence("missing", most, `${share}% of those who do ${a} then ${c} also do ${b} in between (${by} of ${pair.of} traces): ${b}'s event is probably missing here.`);
  }
  const silent = pair.between.find((node) => (traces.counts.cells.get(node)?.count ?? 0) === 0);
  if (silent !== undefined) return unlit(traces, silent, evidence);
  return evidence("skipped", most, `The graph goes from ${a} to ${c} by ${b}, which ${by} of ${pair.of} traces do: ${b}'s event is lost at times, or an edge from ${a} to ${c} is missing.`);
}

function unlit(traces: Traces, node: number, evidence: (why: Evidence["why"], node: number, text: string) => Evidence): Evidence {
  const b = label(traces, node);
  const near = commonestReason(traces.near, traces.routeIndex.graph.nodes[node]?.uuid ?? "");
  return near === null
    ? evidence("silent", node, `${b} lies between and has not been seen yet: its event probably does not arrive.`)
    : evidence("near", node, `${b} lies between and has not been seen yet, but nearly was ${near.count === 1 ? "once" : `${near.count} times`}: ${near.reason}.`);
}

function label(traces: Traces, node: number): string {
  const there = traces.routeIndex.graph.nodes[node];
  return there?.label || there?.id || there?.uuid || "";
}

// Ghost edges.

/** A ghost edge between node uuids: how often, how many distinct traces, the median gap in
 * milliseconds. `atLeast`: jumps were evicted, so it may be older.
 */
export interface JumpRow {
  readonly from: string;
  readonly to: string;
  readonly count: number;
  readonly traces: number;
  readonly exact: boolean;
  readonly atLeast: boolean;
  readonly medianGapMs: number;
  readonly p95GapMs: number;
  readonly lastAt: number;
  readonly advice: string;
  readonly evidence: Evidence;
}

/** At most `count` jumps, those of most traces first. Examines recent traces for evidence: takes
 * milliseconds, so not for every frame.
 */
export function jumps(traces: Traces, count = 50): readonly JumpRow[] {
  const ranked = [...traces.jumps.byId.values()]
    .map((jump) => ({ jump, cell: traces.counts.cells.get(jumpKey(traces.counts, jump.id)) }))
    .sort((a, b) => (b.cell?.traces ?? 0) - (a.cell?.traces ?? 0) || (b.cell?.count ?? 0) - (a.cell?.count ?? 0) || a.jump.from - b.jump.from || a.jump.to - b.jump.to)
    .slice(0, count);
  return rowsOf(traces, ranked.map(({ jump }) => jump));
}

/** The jump between two nodes (uuids); null if there is none. */
export function jump(traces: Traces, from: string, to: string): JumpRow | null {
  const known = traces.jumps.byPair.get(pairKey(traces.routeIndex.index.get(from) ?? -1, traces.routeIndex.index.get(to) ?? -1));
  return known === undefined ? null : rowsOf(traces, [known])[0] ?? null;
}

function rowsOf(traces: Traces, listed: readonly Jump[]): readonly JumpRow[] {
  const evidence = advise(traces, listed);
  return listed.flatMap((one) => {
    const known = evidence.get(one.id);
    const cell = traces.counts.cells.get(jumpKey(traces.counts, one.id));
    if (cell === undefined || known === undefined) return [];
    const gaps = spread(cell.gaps);
    return [{
      from: uuidOf(traces, one.from) ?? "", to: uuidOf(traces, one.to) ?? "", count: cell.count, traces: cell.traces, exact: exact(traces),
      atLeast: traces.jumps.evicted > 0, medianGapMs: gaps.medianMs ?? 0, p95GapMs: gaps.p95Ms ?? 0, lastAt: one.last, advice: known.text, evidence: known,
    }];
  });
}
