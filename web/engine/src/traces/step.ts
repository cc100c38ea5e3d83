/** Chooses where an event takes a trace, among the nodes that the event lights. */
import { distances, route, type Route, type Ways } from "./reach.ts";
import type { Move, Stand } from "./types.ts";

/** What was chosen; `from` is where the move leaves (-1 for an entry), `route` the way of a step. */
export interface Choice {
  readonly move: Move;
  readonly from: number;
  readonly to: number;
  readonly route: Route | null;
}

/** The next place of a trace that stands at `stand` when an event lights `lit` (node indices). Rules TRC-1 to TRC-7. */
export function choose(ways: Ways, stand: Stand, lit: readonly number[]): Choice {
  const { head, also } = stand;
  if (lit.length === 0) return { move: "unmapped", from: head, to: head, route: null };
  if (head < 0) return { move: "entry", from: -1, to: entry(ways, lit), route: null };
  const way = best(ways, head, lit, null);
  if (way !== null) return { move: "step", from: head, to: way.to, route: way };
  if (lit.includes(head)) return { move: "stay", from: head, to: head, route: null };
  return fromAnother(ways, also, lit) ?? afresh(ways, head, lit) ?? { move: "jump", from: head, to: nearest(ways, head, lit), route: null };
}

/** The shortest way from `from` to any of `lit`: fewest edges, then the higher probability, then graph order. */
function best(ways: Ways, from: number, lit: readonly number[], sofar: Route | null): Route | null {
  let chosen = sofar;
  for (const node of lit) {
    const way = route(ways, from, node);
    if (way !== null && (chosen === null || shorter(way, chosen))) chosen = way;
  }
  return chosen;
}

function shorter(a: Route, b: Route): boolean {
  if (a.edges.length !== b.edges.length) return a.edges.length < b.edges.length;
  if (a.p !== b.p) return a.p > b.p;
  return a.from === b.from ? a.to < b.to : a.from < b.from;
}

/** The trace's last event lit several nodes, and the way goes on (or stays) from another of them than was chosen. */
function fromAnother(ways: Ways, also: readonly number[], lit: readonly number[]): Choice | null {
  let way: Route | null = null;
  for (const other of also) way = best(ways, other, lit, way);
  if (way !== null) return { move: "step", from: way.from, to: way.to, route: way };
  const same = also.find((other) => lit.includes(other));
  return same === undefined ? null : { move: "stay", from: same, to: same, route: null };
}

/** A trace that has ended and lights a start begins anew: an entry, not a jump. */
function afresh(ways: Ways, head: number, lit: readonly number[]): Choice | null {
  if (ways.graph.nodes[head]?.absorbing !== true) return null;
  const start = lit.find((node) => ways.graph.nodes[node]?.start === true);
  return start === undefined ? null : { move: "entry", from: -1, to: start, route: null };
}

function entry(ways: Ways, lit: readonly number[]): number {
  return lit.find((node) => ways.graph.nodes[node]?.start === true) ?? lit[0] ?? -1;
}

/** For a jump: the node that the whole graph, events aside, has nearest ahead; then graph order. */
function nearest(ways: Ways, head: number, lit: readonly number[]): number {
  if (lit.length === 1) return lit[0] ?? -1;
  const hops = distances(ways, head);
  const far = (node: number): number => (hops[node] ?? -1) < 0 ? Infinity : hops[node] ?? 0;
  return lit.reduce((chosen, node) => far(node) < far(chosen) ? node : chosen);
}
