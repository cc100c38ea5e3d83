/** Jumps as ghost edges, with the evidence for what each probably means. */
import { commonestReason } from "../../nearMiss.ts";
import { type Jump, pairKey } from "../jumpTable.ts";
import { exact, jumpKey, type Trace, type Traces, uuidOf, type Visit } from "../model.ts";
import { distances } from "../pathSearch.ts";
import { spread } from "./facts.ts";

// Evidence for a jump: which ways between its ends traces do take, or that the graph has none.

/** Traces examined for evidence. */
const MAX_TRACES = 1000;
/** A node's event is called missing only if it is on every way, at least this many traces went, and
 * this share of them by it.
 */
const MIN_TRACES = 20;
const MIN_SHARE = 0.9;
/** Alternatives in one advice; the rest went "by none of them". */
const MAX_ALTERNATIVES = 3;

/** How many of the traces went by a node (uuid) and by none of those before it. */
export interface Alternative {
  readonly node: string;
  readonly by: number;
}

/** Of `of` traces with visits that went from A to C, `by` had `between` in between; `alternatives`
 * share them out, and `neither` went by none of those. `why` classifies the advice, `text` says it.
 */
export interface Evidence {
  readonly why: "missing" | "near" | "silent" | "skipped" | "back" | "no_way";
  readonly between: string | null;
  readonly by: number;
  readonly of: number;
  readonly alternatives: readonly Alternative[];
  readonly neither: number;
  readonly text: string;
}

interface Pair {
  readonly jump: Jump;
  readonly between: readonly number[];
  /** For each trace that went from A to C, the nodes that it passed between. */
  readonly passed: (readonly number[])[];
}

/** Per jump id the evidence; one pass over the most recently active traces. */
export function advise(traces: Traces, jumps: readonly Jump[]): ReadonlyMap<number, Evidence> {
  const pairs = jumps.map((jump): Pair => ({ jump, between: between(traces, jump), passed: [] }));
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
  if (gone) pair.passed.push(pair.between.filter((node) => seen.has(node)));
}

/** Shares the traces out among the nodes between, the node of most traces first. */
function shareOut({ between, passed }: Pair): { found: { node: number; by: number }[]; neither: number } {
  const found: { node: number; by: number }[] = [];
  let left = passed;
  while (found.length < MAX_ALTERNATIVES && left.length > 0) {
    const counts = new Map<number, number>();
    for (const nodes of left) for (const node of nodes) counts.set(node, (counts.get(node) ?? 0) + 1);
    const most = between.reduce((best, node) => ((counts.get(node) ?? 0) > (counts.get(best) ?? 0) ? node : best), -1);
    if (most === -1) break;
    found.push({ node: most, by: counts.get(most) ?? 0 });
    left = left.filter((nodes) => !nodes.includes(most));
  }
  return { found, neither: left.length };
}

/** Whether the graph leads from one node to another without a third. */
function avoids(traces: Traces, from: number, to: number, without: number): boolean {
  const { source, target } = traces.routeIndex;
  const reached = new Set([from]);
  for (let size = 0; size < reached.size; ) {
    size = reached.size;
    source.forEach((node, edge) => { if (reached.has(node) && target[edge] !== without) reached.add(target[edge] ?? -1); });
  }
  return reached.has(to);
}

function judge(traces: Traces, pair: Pair): Evidence {
  const { jump: { from, to }, between: ways, passed } = pair;
  const [a, c] = [label(traces, from), label(traces, to)];
  const of = passed.length;
  const { found, neither } = shareOut(pair);
  const uuid = (node: number): string => traces.routeIndex.graph.nodes[node]?.uuid ?? "";
  const by = (node: number): number => passed.filter((nodes) => nodes.includes(node)).length;
  const alternatives = found.map((one) => ({ node: uuid(one.node), by: one.by }));
  const evidence = (why: Evidence["why"], node: number, text: string): Evidence => ({ why, between: node < 0 ? null : uuid(node), by: by(node), of, alternatives, neither, text });
  if (ways.length === 0) {
    return (distances(traces.routeIndex, to)[from] ?? -1) > 0
      ? evidence("back", -1, `The graph has no way back from ${a} to ${c}, but people return there.`)
      : evidence("no_way", -1, `The graph has no way from ${a} to ${c}: an edge may be missing.`);
  }
  const most = found[0]?.node ?? ways[0] ?? -1;
  const b = label(traces, most);
  const told = found.length === 0 ? "" : `Of ${of} traces from ${a} to ${c}, ${[...found.map((one, index) => `${one.by}${index === 0 ? " went" : ""} by ${label(traces, one.node)}`), ...(neither > 0 ? [`${neither} by ${found.length === 1 ? "no other step" : found.length === 2 ? "neither" : "none of them"}`] : [])].join(", ")}`;
  if (of >= MIN_TRACES && by(most) >= MIN_SHARE * of && !avoids(traces, from, to, most)) return evidence("missing", most, `${told}, and the graph has no other way: ${b}’s event is probably missing here.`);
  const silent = ways.find((node) => (traces.counts.cells.get(node)?.count ?? 0) === 0);
  if (silent !== undefined && !avoids(traces, from, to, silent)) return unlit(traces, silent, evidence);
  if (found.length === 0) return evidence("skipped", most, `The graph goes from ${a} to ${c} by ${listed(ways.slice(0, MAX_ALTERNATIVES).map((node) => label(traces, node)))}, and no trace was seen there in between: an event is lost, or an edge from ${a} to ${c} is missing.`);
  return evidence("skipped", most, `${told}: an event may be lost at times, or an edge from ${a} to ${c} be missing.`);
}

function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} or ${names.at(-1) ?? ""}`;
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
