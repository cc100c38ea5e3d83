/** Paths through a graph over nodes that have no event; each source node is searched once. */
import type { Graph } from "../wire.gen.ts";

/** A way `from` a node `to` another: edge indices and uuids in order. More than one edge bridges
 * nodes without an event.
 */
export interface Route {
  readonly from: number;
  readonly to: number;
  readonly edges: readonly number[];
  readonly uuids: readonly string[];
  readonly p: number;
}

/** A graph by indices, in its own order. `lights` says which nodes an event can light; the others
 * are bridged.
 */
export interface RouteIndex {
  readonly graph: Graph;
  readonly index: ReadonlyMap<string, number>;
  readonly edgeIndex: ReadonlyMap<string, number>;
  readonly source: readonly number[];
  readonly target: readonly number[];
  readonly out: readonly (readonly number[])[];
  readonly into: readonly (readonly number[])[];
  readonly lights: readonly boolean[];
  readonly spans: Map<number, Span>;
  readonly routes: Map<number, Route>;
  readonly hops: Map<number, Int16Array>;
}

/** One search: of each node that was reached the hops, the best probability, and the edge that it
 * was reached by. Most searches end after few nodes, of graphs with thousands.
 */
type Span = ReadonlyMap<number, Reached>;

interface Reached {
  readonly hops: number;
  readonly p: number;
  readonly by: number;
}

/** Routes cached at most; beyond that the cache is emptied. */
const MAX_ROUTES = 50_000;

/** Compiles a graph. Edges to unknown nodes are left out; a repeated uuid means its first node. */
export function compileGraph(graph: Graph): RouteIndex {
  const index = new Map<string, number>();
  graph.nodes.forEach((node, n) => { if (!index.has(node.uuid)) index.set(node.uuid, n); });
  const edgeIndex = new Map<string, number>();
  graph.edges.forEach((edge, e) => { if (!edgeIndex.has(edge.uuid)) edgeIndex.set(edge.uuid, e); });
  const dark = new Set(graph.nodes.filter((node) => node.dark !== "").map((node) => node.uuid));
  const listening = new Set(graph.listens.map((listen) => listen.node).filter((uuid) => !dark.has(uuid)));
  const out: number[][] = graph.nodes.map(() => []);
  const into: number[][] = graph.nodes.map(() => []);
  const source = graph.edges.map((edge) => index.get(edge.source) ?? -1);
  const target = graph.edges.map((edge) => index.get(edge.target) ?? -1);
  graph.edges.forEach((_, e) => {
    const from = source[e] ?? -1;
    const to = target[e] ?? -1;
    if (from < 0 || to < 0) return;
    out[from]?.push(e);
    into[to]?.push(e);
  });
  return {
    graph, index, edgeIndex, source, target, out, into, lights: graph.nodes.map((node) => listening.has(node.uuid)),
    spans: new Map(), routes: new Map(), hops: new Map(),
  };
}

/** The way from one node to another over nodes that have no event: fewest edges, then the higher
 * probability, then graph order. From a node to itself only a self loop counts: going round unseen
 * is not assumed. Null when there is none.
 */
export function route(routeIndex: RouteIndex, from: number, to: number): Route | null {
  const key = from * routeIndex.graph.nodes.length + to;
  const known = routeIndex.routes.get(key);
  if (known !== undefined) return known;
  const found = from === to ? selfLoop(routeIndex, from) : searchedRoute(routeIndex, from, to);
  if (found === null) return null;
  if (routeIndex.routes.size >= MAX_ROUTES) routeIndex.routes.clear();
  routeIndex.routes.set(key, found);
  return found;
}

/** Hops along the whole graph, across nodes with and without events, from `node` to every other
 * (-1: none); against the edges if `back`.
 */
export function distances(routeIndex: RouteIndex, node: number, back = false): Int16Array {
  const key = node * 2 + (back ? 1 : 0);
  const known = routeIndex.hops.get(key);
  if (known !== undefined) return known;
  const hops = new Int16Array(routeIndex.graph.nodes.length).fill(-1);
  hops[node] = 0;
  const queue = [node];
  const [edges, far] = back ? [routeIndex.into, routeIndex.source] : [routeIndex.out, routeIndex.target];
  for (const here of queue) {
    for (const edge of edges[here] ?? []) {
      const next = far[edge] ?? -1;
      if (hops[next] !== -1) continue;
      hops[next] = (hops[here] ?? 0) + 1;
      queue.push(next);
    }
  }
  routeIndex.hops.set(key, hops);
  return hops;
}

/** DagNet draws an edge without a probability at one half. */
function probability(routeIndex: RouteIndex, edge: number): number {
  return routeIndex.graph.edges[edge]?.p ?? 0.5;
}

function selfLoop(routeIndex: RouteIndex, node: number): Route | null {
  let best: number | null = null;
  for (const edge of routeIndex.out[node] ?? []) {
    if (routeIndex.target[edge] === node && (best === null || probability(routeIndex, edge) > probability(routeIndex, best))) best = edge;
  }
  return best === null ? null : buildRoute(routeIndex, node, node, [best]);
}

function searchedRoute(routeIndex: RouteIndex, from: number, to: number): Route | null {
  const span = routeIndex.spans.get(from) ?? search(routeIndex, from);
  if ((span.get(to)?.hops ?? -1) < 1) return null;
  const edges: number[] = [];
  for (let here = to; here !== from;) {
    const edge = span.get(here)?.by ?? -1;
    edges.push(edge);
    here = routeIndex.source[edge] ?? from;
  }
  return buildRoute(routeIndex, from, to, edges.reverse());
}

function buildRoute(routeIndex: RouteIndex, from: number, to: number, edges: readonly number[]): Route {
  const uuids = edges.map((edge) => routeIndex.graph.edges[edge]?.uuid ?? "");
  return { from, to, edges, uuids, p: edges.reduce((p, edge) => p * probability(routeIndex, edge), 1) };
}

/** Breadth first; nodes with an event are reached but not passed. Linear in nodes and edges. */
function search(routeIndex: RouteIndex, from: number): Span {
  const span = new Map<number, Reached>([[from, { hops: 0, p: 1, by: -1 }]]);
  const queue = [from];
  for (const here of queue) {
    if (here !== from && routeIndex.lights[here] === true) continue;
    const { hops, p: before } = span.get(here) ?? { hops: 0, p: 0 };
    for (const edge of routeIndex.out[here] ?? []) {
      const next = routeIndex.target[edge] ?? -1;
      if (next < 0) continue;
      const seen = span.get(next);
      const p = before * probability(routeIndex, edge);
      if (seen === undefined) queue.push(next);
      else if (seen.hops !== hops + 1 || p <= seen.p) continue;
      span.set(next, { hops: hops + 1, p, by: edge });
    }
  }
  routeIndex.spans.set(from, span);
  return span;
}
