/** Coverage as a file: which nodes and edges have lit since On, which could, which never can and why. */
import { coverage, neverWhy } from "@dagnet-realtime/engine/select/coverage";
import { nodeLight, posture } from "@dagnet-realtime/engine/select/totals";
import { edgeSeen } from "@dagnet-realtime/engine/select/traces";
import type { State } from "@dagnet-realtime/engine/state";
import { edgeLabel } from "../side/edgelabel.ts";
import { labelOf } from "../side/steps.ts";

export const VERSION = 1;

/** JSON text; times ISO 8601, nodes and edges in the graph's order. Nothing of any person is in it. */
export function coverageFile(state: State, session: string | null, at: number): string {
  const { graph } = state;
  if (graph === null) return "{}";
  const { dark, darkEdges, never, neverEdges } = coverage(state);
  const { thinned, sampled } = posture(state);
  const why = new Map(never.map((one) => [one.node, one.why]));
  const lit = (able: boolean, is: boolean): string => (able ? (is ? "lit" : "dark") : "never");
  const nodes = graph.nodes.map(({ uuid, id }) => ({
    uuid, id, label: labelOf(graph, uuid), state: lit(!why.has(uuid), !dark.includes(uuid)), count: nodeLight(state, uuid, at).count, ...(why.has(uuid) ? { why: why.get(uuid) } : {}),
  }));
  const edges = graph.edges.map(({ uuid, id }) => ({
    uuid, id, label: edgeLabel(graph, uuid), state: lit(!neverEdges.includes(uuid), !darkEdges.includes(uuid)), traversals: edgeSeen(state, uuid),
    ...(neverEdges.includes(uuid) ? { why: neverWhy(state, uuid) } : {}),
  }));
  const file = {
    format: "dagnet-realtime coverage", version: VERSION, graph: graph.name, graph_version: graph.version, watch_session_id: session,
    since: new Date(state.accumulation.since).toISOString(), until: new Date(at).toISOString(), edges_of: thinned || sampled ? "carried traces" : "all traces", nodes, edges,
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}
