/** Edges that a trace can be counted on, and why the others never are. */
import { route, type RouteIndex } from "../pathSearch.ts";

/** Indices of the edges that some way goes along; `able` are the indices of the nodes that can
 * light.
 */
export function traversableEdges(routeIndex: RouteIndex, able: ReadonlySet<number>): ReadonlySet<number> {
  const gone = new Set<number>();
  for (const from of able) {
    for (const to of reached(routeIndex, from, able)) for (const edge of route(routeIndex, from, to)?.edges ?? []) gone.add(edge);
  }
  return gone;
}

/** Why no trace is ever counted on an edge that is not passable, as a sentence for people. */
export function whyNever(routeIndex: RouteIndex, edge: number, able: ReadonlySet<number>, gone: ReadonlySet<number>): string {
  const [source, target] = [routeIndex.source[edge] ?? -1, routeIndex.target[edge] ?? -1];
  if (source < 0 || target < 0) return "it has no node at one of its ends";
  if ((routeIndex.out[source] ?? []).some((other) => other !== edge && routeIndex.target[other] === target && gone.has(other))) {
    return "a likelier edge joins the same two nodes, and goes are counted there";
  }
  if (!canReach(routeIndex, source, able, true)) return "nothing that can light leads to it";
  if (!canReach(routeIndex, target, able, false)) return "it leads to nothing that can light";
  return "a shorter or likelier way leads past it";
}

/** The able nodes that a trace at `from` can go on to, itself by its own loop included. */
function reached(routeIndex: RouteIndex, from: number, able: ReadonlySet<number>): number[] {
  const seen = new Set([from]);
  const found: number[] = [];
  const queue = [from];
  for (const here of queue) {
    for (const edge of routeIndex.out[here] ?? []) {
      const next = routeIndex.target[edge] ?? -1;
      if (here === from && next === from) found.push(from);
      if (next < 0 || seen.has(next)) continue;
      seen.add(next);
      if (able.has(next)) found.push(next);
      if (routeIndex.lights[next] !== true) queue.push(next);
    }
  }
  return found;
}

/** Whether a node can light, or has one that can before it (`back`) or after it. */
function canReach(routeIndex: RouteIndex, node: number, able: ReadonlySet<number>, back: boolean): boolean {
  const [edges, far] = back ? [routeIndex.into, routeIndex.source] : [routeIndex.out, routeIndex.target];
  const queue = [node];
  const seen = new Set(queue);
  for (const here of queue) {
    if (able.has(here)) return true;
    for (const edge of edges[here] ?? []) {
      const next = far[edge] ?? -1;
      if (next < 0 || seen.has(next)) continue;
      seen.add(next);
      queue.push(next);
    }
  }
  return false;
}
