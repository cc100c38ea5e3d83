/** Ways through a graph: which nodes can be reached from a node over nodes that have no event, searched once per node asked for. */
import type { Graph } from "../wire.gen.ts";

/** A way `from` a node `to` another: edge indices and uuids in order. More than one edge bridges nodes without an event. */
export interface Route {
  readonly from: number;
  readonly to: number;
  readonly edges: readonly number[];
  readonly uuids: readonly string[];
  readonly p: number;
}

/** A graph by indices, in its own order. `lights` tells which nodes an event can light; the others are bridged. */
export interface Ways {
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

/** One search: hops (-1 unreached), best probability, and the edge each node was reached by. */
interface Span {
  readonly hops: Int16Array;
  readonly p: Float64Array;
  readonly by: Int32Array;
}

/** Routes kept built; beyond it all are built anew when asked for. */
const ROUTES = 50_000;

/** Compiles a graph. Edges to unknown nodes are left out; a repeated uuid means its first node. */
export function compile(graph: Graph): Ways {
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

/** The way from one node to another over nodes that have no event: fewest edges, then the higher probability, then graph order.
 * From a node to itself only a self loop counts: going round unseen is not assumed. Null when there is none. */
export function route(ways: Ways, from: number, to: number): Route | null {
  const key = from * ways.graph.nodes.length + to;
  const known = ways.routes.get(key);
  if (known !== undefined) return known;
  const found = from === to ? selfLoop(ways, from) : trace(ways, from, to);
  if (found === null) return null;
  if (ways.routes.size >= ROUTES) ways.routes.clear();
  ways.routes.set(key, found);
  return found;
}

/** Hops along the whole graph, whatever its events, from `node` to every other (-1: none); backwards where `back`. */
export function distances(ways: Ways, node: number, back = false): Int16Array {
  const key = node * 2 + (back ? 1 : 0);
  const known = ways.hops.get(key);
  if (known !== undefined) return known;
  const hops = new Int16Array(ways.graph.nodes.length).fill(-1);
  hops[node] = 0;
  const queue = [node];
  const [edges, far] = back ? [ways.into, ways.source] : [ways.out, ways.target];
  for (const here of queue) {
    for (const edge of edges[here] ?? []) {
      const next = far[edge] ?? -1;
      if (hops[next] !== -1) continue;
      hops[next] = (hops[here] ?? 0) + 1;
      queue.push(next);
    }
  }
  ways.hops.set(key, hops);
  return hops;
}

/** DagNet draws an edge without a probability at one half. */
function probability(ways: Ways, edge: number): number {
  return ways.graph.edges[edge]?.p ?? 0.5;
}

function selfLoop(ways: Ways, node: number): Route | null {
  let best: number | null = null;
  for (const edge of ways.out[node] ?? []) {
    if (ways.target[edge] === node && (best === null || probability(ways, edge) > probability(ways, best))) best = edge;
  }
  return best === null ? null : built(ways, node, node, [best]);
}

function trace(ways: Ways, from: number, to: number): Route | null {
  const span = ways.spans.get(from) ?? search(ways, from);
  if ((span.hops[to] ?? -1) < 1) return null;
  const edges: number[] = [];
  for (let here = to; here !== from;) {
    const edge = span.by[here] ?? -1;
    edges.push(edge);
    here = ways.source[edge] ?? from;
  }
  return built(ways, from, to, edges.reverse());
}

function built(ways: Ways, from: number, to: number, edges: readonly number[]): Route {
  const uuids = edges.map((edge) => ways.graph.edges[edge]?.uuid ?? "");
  return { from, to, edges, uuids, p: edges.reduce((p, edge) => p * probability(ways, edge), 1) };
}

/** Breadth first; nodes with an event are reached but not passed. Linear in nodes and edges. */
function search(ways: Ways, from: number): Span {
  const size = ways.graph.nodes.length;
  const span: Span = { hops: new Int16Array(size).fill(-1), p: new Float64Array(size), by: new Int32Array(size).fill(-1) };
  span.hops[from] = 0;
  span.p[from] = 1;
  const queue = [from];
  for (const here of queue) {
    if (here !== from && ways.lights[here] === true) continue;
    const hops = (span.hops[here] ?? 0) + 1;
    for (const edge of ways.out[here] ?? []) {
      const next = ways.target[edge] ?? -1;
      const seen = span.hops[next] ?? -1;
      const p = (span.p[here] ?? 0) * probability(ways, edge);
      if (seen === -1) queue.push(next);
      else if (seen !== hops || p <= (span.p[next] ?? 0)) continue;
      span.hops[next] = hops;
      span.p[next] = p;
      span.by[next] = edge;
    }
  }
  ways.spans.set(from, span);
  return span;
}
