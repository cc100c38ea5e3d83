/** Paths of single traces: timelines, followed paths, and examples of an edge or a jump. */
import type { Token } from "../../wire.gen.ts";
import { endedAt, type Move, nameOf, tokenOf, type Trace, type Traces, uuidOf, type Visit } from "../model.ts";
import { ambiguous, lateness } from "../path.ts";

// One trace as a list of what happened, with both times, gaps, lateness and doubts; and the same
// grouped by node.

/** One event of a trace. `id` finds its allowed properties; `n` numbers the moves; `node` is where
 * the trace stood after it. Times in milliseconds.
 */
export interface TimelineStep {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly token: Token;
  readonly occurredAt: number;
  readonly arrivedAt: number;
  /** Since the event before; null for the first. */
  readonly gapMs: number | null;
  /** From occurrence to arrival. */
  readonly lagMs: number;
  /** It was slotted in before one that had arrived already, or was marked late. */
  readonly late: boolean;
  /** It shares its millisecond with a neighbour: their order is a guess. */
  readonly ambiguous: boolean;
  readonly move: Move;
  readonly n: number | null;
  /** The node that the move left (null for an entry); the node itself if nothing moved. */
  readonly from: string | null;
  readonly node: string | null;
  readonly lit: readonly string[];
  readonly edges: readonly string[];
  readonly inferred: boolean;
}

/** `dropped` events are no longer kept (the oldest, or unmapped ones). */
export interface Timeline {
  readonly token: string;
  readonly tokens: readonly Token[];
  readonly steps: readonly TimelineStep[];
  readonly dropped: number;
  readonly partial: boolean;
  readonly ended: string | null;
}

/** What happened at one node, in the order of first visits; `unmapped` counts events without a node
 * while the trace stood there.
 */
export interface NodeVisits {
  readonly node: string | null;
  readonly visits: number;
  readonly unmapped: number;
  readonly steps: readonly TimelineStep[];
}

/** The timeline of the trace that a token belongs to; null if it is unknown. */
export function timeline(traces: Traces, token: string): Timeline | null {
  const trace = traces.tokens.get(token)?.trace;
  if (trace === undefined) return null;
  const late = lateness(trace.visits);
  return {
    token: nameOf(traces, trace)?.token ?? token, tokens: trace.tokens.map(tokenOf), dropped: trace.dropped, partial: trace.partial,
    steps: trace.visits.map((visit, n) => stepOf(traces, trace, visit, n, late[n] === true)), ended: endedAt(traces, trace.cursor.head),
  };
}

/** The steps of a timeline by the node the trace stood at; null stands for before its first node.
 */
export function groupedByNode(steps: readonly TimelineStep[]): readonly NodeVisits[] {
  const groups = new Map<string | null, { node: string | null; visits: number; unmapped: number; steps: TimelineStep[] }>();
  for (const step of steps) {
    let group = groups.get(step.node);
    if (group === undefined) groups.set(step.node, (group = { node: step.node, visits: 0, unmapped: 0, steps: [] }));
    group.steps.push(step);
    if (step.n !== null) group.visits += 1;
    if (step.move === "unmapped") group.unmapped += 1;
  }
  return [...groups.values()];
}

function stepOf(traces: Traces, trace: Trace, visit: Visit, n: number, late: boolean): TimelineStep {
  const before = trace.visits[n - 1];
  const moved = visit.move === "entry" || visit.move === "step" || visit.move === "jump";
  return {
    id: visit.id, name: visit.name, type: visit.type, token: tokenOf(visit.owner), occurredAt: visit.at, arrivedAt: visit.arrived,
    gapMs: before === undefined ? null : visit.at - before.at, lagMs: visit.arrived - visit.at, late, ambiguous: ambiguous(trace.visits, n),
    move: visit.move, n: moved ? visit.after.moves : null,
    from: uuidOf(traces, visit.move === "unmapped" ? visit.after.head : visit.from), node: uuidOf(traces, visit.after.head),
    lit: visit.lit.map((node) => uuidOf(traces, node) ?? ""), edges: visit.route?.uuids ?? [], inferred: (visit.route?.edges.length ?? 0) > 1,
  };
}

// Followed paths: numbered steps along edges, and a head.

/** The number of a followed trace's colour. */
export type Hue = 0 | 1 | 2 | 3 | 4 | 5;

/** One numbered step to `node`. An entry has no edges; a jump has none either and says so. */
export interface PathStep {
  readonly node: string;
  readonly n: number;
  readonly edges: readonly string[];
  readonly jump: boolean;
  readonly inferred: boolean;
}

/** The way of a followed trace so far; `head` is the node it stands at. */
export interface FollowedPath {
  readonly token: string;
  readonly hue: Hue;
  readonly steps: readonly PathStep[];
  readonly head: string | null;
}

/** The path of the trace that a token belongs to, as far as it is retained; null if the token is
 * unknown.
 */
export function followedPath(traces: Traces, token: string): FollowedPath | null {
  const trace = traces.tokens.get(token)?.trace;
  if (trace === undefined) return null;
  const steps = trace.visits.filter(hasMoved).map((visit) => ({
    node: uuidOf(traces, visit.after.head) ?? "", n: visit.after.moves, edges: visit.route?.uuids ?? [],
    jump: visit.move === "jump", inferred: (visit.route?.edges.length ?? 0) > 1,
  }));
  return { token, hue: hueOf(traces.followed.get(token) ?? 0), steps, head: uuidOf(traces, trace.cursor.head) };
}

/** The paths of all followed traces, each trace once. */
export function followedPaths(traces: Traces): readonly FollowedPath[] {
  const done = new Set<unknown>();
  const paths: FollowedPath[] = [];
  for (const token of traces.followed.keys()) {
    const trace = traces.tokens.get(token)?.trace;
    const path = trace === undefined || done.has(trace) ? null : followedPath(traces, token);
    done.add(trace);
    if (path !== null) paths.push(path);
  }
  return paths;
}

function hasMoved(visit: Visit): boolean {
  return visit.move !== "unmapped" && visit.move !== "stay";
}

function hueOf(hue: number): Hue {
  return hue === 1 || hue === 2 || hue === 3 || hue === 4 || hue === 5 ? hue : 0;
}

// Examples: traces that went along an edge or made a jump.

/** An edge's uuid, or a jump's ends (uuids). */
export type EdgeOrJump = { readonly edge: string } | { readonly from: string; readonly to: string };

/** Tokens of at most `most` traces, the most recently active first. */
export function exampleTraces(traces: Traces, way: EdgeOrJump, most: number): readonly string[] {
  const went = wentAlong(traces, way);
  const found: string[] = [];
  for (const trace of [...[...traces.live].reverse(), ...traces.followedTraces]) {
    if (found.length >= most) break;
    const token = trace.visits.some(went) ? nameOf(traces, trace)?.token : undefined;
    if (token !== undefined) found.push(token);
  }
  return found;
}

function wentAlong(traces: Traces, way: EdgeOrJump): (visit: Visit) => boolean {
  if ("edge" in way) return (visit) => visit.route?.uuids.includes(way.edge) ?? false;
  const [from, to] = [traces.routeIndex.index.get(way.from), traces.routeIndex.index.get(way.to)];
  return (visit) => visit.move === "jump" && visit.from === from && visit.after.head === to;
}
