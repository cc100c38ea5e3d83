/** Which nodes and edges have lit since On, of those that can. */
import type { State } from "../state.ts";
import { shown } from "../tally.ts";
import { edgeCount } from "../traces/select/facts.ts";

export interface Coverage {
  readonly nodesLit: number;
  /** Nodes that can light. */
  readonly nodes: number;
  readonly edgesLit: number;
  readonly edges: number;
  /** Nodes that could have lit and have not (uuids, graph order). */
  readonly dark: readonly string[];
  /** Edges that no trace has gone along (uuids). */
  readonly darkEdges: readonly string[];
  /** Nodes that can never light, and why. */
  readonly never: readonly { readonly node: string; readonly why: string }[];
}

/** Coverage since On. Nodes go by exact counts, edges by the carried traces. */
export function coverage(state: State): Coverage {
  const { kept, graph } = state;
  const nodes = graph?.nodes ?? [], edges = graph?.edges ?? [];
  const bound = new Set(state.binds.values());
  const lit = (uuid: string) => { const light = kept.nodes.get(uuid); return light !== undefined && shown(light) > 0; };
  const able = nodes.filter((node) => node.dark === "" || bound.has(node.uuid) || lit(node.uuid));
  const dark = able.filter((node) => !lit(node.uuid)).map((node) => node.uuid);
  const traces = kept.traces;
  const darkEdges = edges.filter((edge) => traces === null || edgeCount(traces, edge.uuid) === 0).map((edge) => edge.uuid);
  const never = nodes.filter((node) => !able.includes(node)).map((node) => ({ node: node.uuid, why: node.dark }));
  return { nodesLit: able.length - dark.length, nodes: able.length, edgesLit: edges.length - darkEdges.length, edges: edges.length, dark, darkEdges, never };
}
