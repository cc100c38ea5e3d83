/** The layout of graphs that bring none: dagre from left to right, layers for large graphs. */
import type { Box } from "@dagnet-realtime/layer/curve";
import * as dagre from "@dagrejs/dagre";
import { CARD } from "../spacing.ts";
import { byLayers } from "./layers.ts";

/** What is to be arranged: so many nodes, and links by index. */
export interface Arrangement {
  readonly nodes: number;
  readonly links: readonly (readonly [number, number])[];
}

/** dagre takes 150 ms at 200 nodes and ten seconds at 1,000; layers take milliseconds. */
const DAGRE_MOST = 300;

/** One box a node, top-left corners from 0, 0. */
export function arrange({ nodes, links }: Arrangement): Box[] {
  return nodes <= DAGRE_MOST ? byDagre(nodes, links) : byLayers(nodes, links);
}

function byDagre(nodes: number, links: Arrangement["links"]): Box[] {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: "LR", nodesep: CARD.gapY + 6, ranksep: CARD.gapX + 40, edgesep: 16 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (let i = 0; i < nodes; i++) graph.setNode(String(i), { width: CARD.width, height: CARD.height });
  links.forEach(([from, to], i) => {
    if (from !== to) graph.setEdge(String(from), String(to), {}, String(i));
  });
  dagre.layout(graph);
  return Array.from({ length: nodes }, (_, i) => {
    const { x, y } = graph.node(String(i)) as { x: number; y: number };
    return { x: Math.round(x - CARD.width / 2), y: Math.round(y - CARD.height / 2), width: CARD.width, height: CARD.height };
  });
}
