/** Coverage: nodes and edges lit since On, of those that can be. */
import type { State } from "../state.ts";
import { displayed } from "../activity.ts";
import { edgeCount } from "../traces/select/facts.ts";
import { traversableEdges, whyNever } from "../traces/select/traversable.ts";
import type { Traces } from "../traces/model.ts";

/** What of the graph has lit since On, what has not, and what cannot. */
export interface Coverage {
  readonly nodesLit: number;
  /** Nodes that can light. */
  readonly nodes: number;
  readonly edgesLit: number;
  /** Edges that a trace could go along. */
  readonly edges: number;
  /** Nodes that could have lit and have not (uuids, graph order). */
  readonly dark: readonly string[];
  /** Edges that a trace could have gone along and none has (uuids, graph order). */
  readonly darkEdges: readonly string[];
  /** Nodes that can never light, and why. */
  readonly never: readonly { readonly node: string; readonly why: string }[];
  /** Edges that no trace can ever be counted on (uuids); `neverWhy` says why. */
  readonly neverEdges: readonly string[];
}

/** Coverage since On. Nodes go by exact counts, edges by the carried traces. */
export function coverage(state: State): Coverage {
  const nodes = state.graph?.nodes ?? [];
  const able = ableOf(state);
  const dark = nodes.filter((node) => able.has(node.uuid) && !lit(state, node.uuid)).map((node) => node.uuid);
  const never = nodes.filter((node) => !able.has(node.uuid)).map((node) => ({ node: node.uuid, why: node.dark }));
  const ways = edgesOf(state, able);
  const nodesAble = nodes.length - never.length;
  return { nodesLit: nodesAble - dark.length, nodes: nodesAble, edgesLit: ways.lit, edges: ways.lit + ways.dark.length, dark, darkEdges: ways.dark, never, neverEdges: ways.never };
}

/** Why no trace can ever be counted on an edge of `neverEdges`: a sentence for people, "" for any
 * other.
 */
export function neverWhy(state: State, edge: string): string {
  const { traces } = state.accumulation;
  const index = traces?.routeIndex.edgeIndex.get(edge);
  if (traces === null || index === undefined) return "";
  const able = indicesOf(traces, ableOf(state));
  const gone = traversableEdges(traces.routeIndex, able);
  return gone.has(index) || edgeCount(traces, edge) > 0 ? "" : whyNever(traces.routeIndex, index, able, gone);
}

/** The uuids of the nodes that can light: by an event, by a binding of this session, or because
 * they did.
 */
function ableOf(state: State): ReadonlySet<string> {
  const bound = new Set(state.binds.values());
  return new Set((state.graph?.nodes ?? []).filter(({ uuid, dark }) => dark === "" || bound.has(uuid) || lit(state, uuid)).map(({ uuid }) => uuid));
}

function lit(state: State, uuid: string): boolean {
  const light = state.accumulation.nodes.get(uuid);
  return light !== undefined && displayed(light) > 0;
}

function edgesOf(state: State, able: ReadonlySet<string>): { lit: number; dark: string[]; never: string[] } {
  const { traces } = state.accumulation;
  const found = { lit: 0, dark: [] as string[], never: [] as string[] };
  if (traces === null) return found;
  const gone = traversableEdges(traces.routeIndex, indicesOf(traces, able));
  traces.routeIndex.graph.edges.forEach(({ uuid }, index) => {
    if (edgeCount(traces, uuid) > 0) found.lit += 1;
    else (gone.has(index) ? found.dark : found.never).push(uuid);
  });
  return found;
}

function indicesOf({ routeIndex: ways }: Traces, uuids: ReadonlySet<string>): ReadonlySet<number> {
  return new Set([...uuids].flatMap((uuid) => ways.index.get(uuid) ?? []));
}
