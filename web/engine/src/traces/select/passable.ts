/** Which edges a trace could ever go along: those on a chosen way between two nodes that can light; and why the others never are. */
import { route, type Ways } from "../reach.ts";

/** Indices of the edges that some way goes along; `able` are the indices of the nodes that can light. */
export function passable(ways: Ways, able: ReadonlySet<number>): ReadonlySet<number> {
  const gone = new Set<number>();
  for (const from of able) {
    for (const to of reached(ways, from, able)) for (const edge of route(ways, from, to)?.edges ?? []) gone.add(edge);
  }
  return gone;
}

/** Why no trace is ever counted on an edge that is not passable, as a sentence for people. */
export function whyNever(ways: Ways, edge: number, able: ReadonlySet<number>, gone: ReadonlySet<number>): string {
  const [source, target] = [ways.source[edge] ?? -1, ways.target[edge] ?? -1];
  if (source < 0 || target < 0) return "it has no node at one of its ends";
  if ((ways.out[source] ?? []).some((other) => other !== edge && ways.target[other] === target && gone.has(other))) {
    return "a likelier edge joins the same two nodes, and goes are counted there";
  }
  if (!leads(ways, source, able, true)) return "nothing that can light leads to it";
  if (!leads(ways, target, able, false)) return "it leads to nothing that can light";
  return "a shorter or likelier way leads past it";
}

/** The able nodes that a trace at `from` can go on to, itself by its own loop included. */
function reached(ways: Ways, from: number, able: ReadonlySet<number>): number[] {
  const seen = new Set([from]);
  const found: number[] = [];
  const queue = [from];
  for (const here of queue) {
    for (const edge of ways.out[here] ?? []) {
      const next = ways.target[edge] ?? -1;
      if (here === from && next === from) found.push(from);
      if (next < 0 || seen.has(next)) continue;
      seen.add(next);
      if (able.has(next)) found.push(next);
      if (ways.lights[next] !== true) queue.push(next);
    }
  }
  return found;
}

/** Whether a node can light, or has one that can before it (`back`) or after it. */
function leads(ways: Ways, node: number, able: ReadonlySet<number>, back: boolean): boolean {
  const [edges, far] = back ? [ways.into, ways.source] : [ways.out, ways.target];
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
