/** What an edge is called on screen: from where to where. */
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import { labelOf } from "./steps.ts";

export function edgeLabel(graph: Graph, uuid: string): string {
  const edge = graph.edges.find((one) => one.uuid === uuid);
  return edge ? `${labelOf(graph, edge.source)} → ${labelOf(graph, edge.target)}` : uuid;
}
