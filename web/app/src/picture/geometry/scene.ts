/** Everything the picture draws, measured once: cards, curves, labels, frames and notes, with their indices. */
import type { Container, Edge, Graph, Node, Note } from "@dagnet-realtime/engine/wire.gen";
import { curveBetween, tableOf, type Curve } from "./curve.ts";
import { placeLabels, type LabelSpot } from "./labels.ts";
import { carry, place, type Box, type Mapping } from "./place.ts";
import { portsOf, type Link } from "./ports.ts";
import { readingOrder } from "./reading.ts";

export interface SceneNode {
  readonly node: Node;
  readonly box: Box;
}

/** A drawn way. `table` holds 24 points at equal distances; `bold` is 0 to 1 by probability. */
export interface SceneEdge {
  readonly id: string;
  readonly source: number;
  readonly target: number;
  readonly curve: Curve;
  readonly table: Float32Array;
  readonly text: string;
  readonly label: LabelSpot | null;
  readonly bold: number;
  readonly never: boolean;
  readonly edge: Edge;
}

/** Nodes stand in reading order; indices into `nodes` and `edges` are what the overlay speaks in. */
export interface Scene {
  readonly nodes: readonly SceneNode[];
  readonly edges: readonly SceneEdge[];
  readonly frames: readonly { container: Container; box: Box }[];
  readonly notes: readonly { postit: Note; box: Box }[];
  readonly nodeIndex: ReadonlyMap<string, number>;
  readonly edgeIndex: ReadonlyMap<string, number>;
}

/** Whether the graph's own layout can be used: most nodes have a place, and they are not all the same. */
export function hasLayout(graph: Graph): boolean {
  const known = graph.nodes.filter((node) => node.x !== null && node.y !== null);
  if (known.length * 2 < graph.nodes.length || known.length === 0) return graph.nodes.length === 0;
  return graph.nodes.length === 1 || new Set(known.map((node) => `${node.x},${node.y}`)).size > 1;
}

const SAME: Mapping = { x: (value) => value, y: (value) => value };

/** Builds the scene from the graph's layout, or from `arranged` boxes (one a node, in the graph's order). */
export function sceneOf(graph: Graph, arranged: readonly Box[] | null): Scene {
  const placed: { boxes: readonly Box[]; mapping: Mapping } = arranged ? { boxes: arranged, mapping: SAME } : place(graph.nodes);
  const order = readingOrder(placed.boxes);
  const nodes: SceneNode[] = order.flatMap((index) => {
    const node = graph.nodes[index];
    const box = placed.boxes[index];
    return node && box ? [{ node, box }] : [];
  });
  const nodeIndex = new Map(nodes.map(({ node }, index) => [node.uuid, index]));
  const edges = edgesOf(graph.edges, nodes, nodeIndex);
  return {
    nodes,
    edges,
    frames: graph.containers.map((container) => ({ container, box: carry(container, placed.mapping) })),
    notes: graph.postits.map((postit) => ({ postit, box: { x: placed.mapping.x(postit.x), y: placed.mapping.y(postit.y), width: postit.width, height: postit.height } })),
    nodeIndex,
    edgeIndex: new Map(edges.map(({ id }, index) => [id, index])),
  };
}

function edgesOf(edges: readonly Edge[], nodes: readonly SceneNode[], index: ReadonlyMap<string, number>): SceneEdge[] {
  const boxes = nodes.map(({ box }) => box);
  const drawn: { edge: Edge; link: Link }[] = [];
  for (const edge of edges) {
    const source = index.get(edge.source);
    const target = index.get(edge.target);
    if (source === undefined || target === undefined) continue;
    const loop = source === target;
    drawn.push({ edge, link: { source, target, sourceFace: loop ? "top" : edge.source_face, targetFace: loop ? "top" : edge.target_face } });
  }
  const curves = portsOf(drawn.map(({ link }) => link), boxes).map(({ from, to }) => curveBetween(from, to));
  const labels = placeLabels(curves, drawn.map(({ edge }) => edge.p !== null), boxes);
  return drawn.flatMap(({ edge, link }, i) => {
    const curve = curves[i];
    if (!curve) return [];
    return [{ id: edge.uuid, source: link.source, target: link.target, curve, table: tableOf(curve), text: percent(edge.p), label: labels[i] ?? null, bold: Math.sqrt(edge.p ?? 0.25), never: edge.p === 0, edge }];
  });
}

/** A probability as the label says it: whole per cents, finer below one. */
export function percent(p: number | null): string {
  if (p === null) return "";
  const value = p * 100;
  return value > 0 && value < 0.95 ? `${value < 0.095 ? "<0.1" : value.toFixed(1)}%` : `${Math.round(value)}%`;
}

/** The rectangle around everything drawn. */
export function extentOf({ nodes, frames, notes }: Scene): Box {
  return boundsOf([...nodes, ...frames, ...notes].map(({ box }) => box));
}

/** The rectangle around boxes; a unit square around none. */
export function boundsOf(boxes: readonly Box[]): Box {
  if (boxes.length === 0) return { x: 0, y: 0, width: 1, height: 1 };
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { x, y, width, height } of boxes) [x0, y0, x1, y1] = [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x + width), Math.max(y1, y + height)];
  return { x: x0, y: y0, width: x1 - x0, height: y1 - y0 };
}
