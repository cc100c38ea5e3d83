/** What a jump probably means: which node lies between, how many traces do go by it, or that the graph knows no way. */
import type { Jump } from "./jumps.ts";
import { nearest } from "./near.ts";
import { distances } from "./reach.ts";
import type { Mark, Trace, Traces } from "./types.ts";

/** Traces looked at for evidence, and how many of them must have gone from A to C before their share says anything. */
const LOOKED_AT = 1000;
const ENOUGH = 5;

/** Of `of` kept traces that went from A to C, `by` had `between` in between; `why` sorts the advice, `text` says it. */
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
  for (const trace of lookedAt(traces)) {
    const path = trace.marks.filter((mark) => mark.lit.length > 0);
    const visited = new Set(path.flatMap((mark) => mark.lit));
    for (const pair of pairs) if (visited.has(pair.jump.from) && visited.has(pair.jump.to)) look(path, pair);
  }
  return new Map(pairs.map((pair) => [pair.jump.id, judge(traces, pair)]));
}

/** Nodes that can light and lie on a way from A to C, the nearest to A first. */
function between(traces: Traces, jump: Jump): readonly number[] {
  const ahead = distances(traces.ways, jump.from);
  const behind = distances(traces.ways, jump.to, true);
  const found: number[] = [];
  traces.ways.lights.forEach((lights, node) => {
    if (lights && node !== jump.from && node !== jump.to && (ahead[node] ?? -1) > 0 && (behind[node] ?? -1) > 0) found.push(node);
  });
  return found.sort((a, b) => (ahead[a] ?? 0) - (ahead[b] ?? 0) || a - b);
}

function lookedAt(traces: Traces): readonly Trace[] {
  return [...traces.heldTraces, ...[...traces.live].slice(-LOOKED_AT)];
}

/** Notes whether this trace went from A to C, and what it visited between its last A and a C. */
function look(path: readonly Mark[], pair: Pair): void {
  const seen = new Set<number>();
  let [last, gone] = [-1, false];
  path.forEach((mark, n) => {
    if (last >= 0 && mark.lit.includes(pair.jump.to)) {
      gone = true;
      for (const passed of path.slice(last + 1, n)) for (const node of passed.lit) seen.add(node);
    }
    if (mark.lit.includes(pair.jump.from)) last = n;
  });
  if (!gone) return;
  pair.of += 1;
  for (const node of pair.between) if (seen.has(node)) pair.by.set(node, (pair.by.get(node) ?? 0) + 1);
}

function judge(traces: Traces, pair: Pair): Evidence {
  const [a, c] = [label(traces, pair.jump.from), label(traces, pair.jump.to)];
  const most = pair.between.reduce((best, node) => (pair.by.get(node) ?? 0) > (pair.by.get(best) ?? 0) ? node : best, pair.between[0] ?? -1);
  const by = pair.by.get(most) ?? 0;
  const told = (why: Evidence["why"], node: number, text: string): Evidence =>
    ({ why, between: traces.ways.graph.nodes[node]?.uuid ?? null, by: pair.by.get(node) ?? 0, of: pair.of, text });
  if (most === -1) {
    return (distances(traces.ways, pair.jump.to)[pair.jump.from] ?? -1) > 0
      ? told("back", -1, `The graph has no way back from ${a} to ${c}, but people return there.`)
      : told("no_way", -1, `The graph has no way from ${a} to ${c}: an edge is probably missing.`);
  }
  const b = label(traces, most);
  if (pair.of >= ENOUGH && by * 2 >= pair.of) {
    const share = by === pair.of ? 100 : Math.min(99, Math.round(100 * by / pair.of));
    return told("missing", most, `${share}% of those who do ${a} then ${c} also do ${b} in between (${by} of ${pair.of} traces): ${b}'s event is probably missing here.`);
  }
  const silent = pair.between.find((node) => (traces.counts.cells.get(node)?.count ?? 0) === 0);
  if (silent !== undefined) return unlit(traces, silent, told);
  return told("skipped", most, `The graph goes from ${a} to ${c} by ${b}, which ${by} of ${pair.of} traces do: ${b}'s event is lost at times, or an edge from ${a} to ${c} is missing.`);
}

function unlit(traces: Traces, node: number, told: (why: Evidence["why"], node: number, text: string) => Evidence): Evidence {
  const b = label(traces, node);
  const near = nearest(traces.near, traces.ways.graph.nodes[node]?.uuid ?? "");
  return near === null
    ? told("silent", node, `${b} lies between and has not lit since On: its event probably does not arrive.`)
    : told("near", node, `${b} lies between and has not lit since On, but nearly did ${near.count === 1 ? "once" : `${near.count} times`}: ${near.reason}.`);
}

function label(traces: Traces, node: number): string {
  const there = traces.ways.graph.nodes[node];
  return there?.label || there?.id || there?.uuid || "";
}
