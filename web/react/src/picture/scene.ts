/** The drawing, measured once: cards, curves, labels, frames and notes, with their indices. */
import type { Container, Edge, Graph, Node, Note } from "@dagnet-realtime/engine/wire.gen";
import { type Curve, curveBetween, pointsOf, tableOf, type Box } from "@dagnet-realtime/layer/curve";
import type { Measures } from "@dagnet-realtime/layer/measuredDrawing";
import { type AnchoredEdge, anchorsOf, type LabelSpot, placeLabels } from "./anchors.ts";
import { mapBox, type Mapping, spaceOut } from "./spacing.ts";

/** A node and its place. */
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

/** Nodes stand in reading order; the overlay refers to `nodes` and `edges` by index. */
export interface Scene {
  readonly nodes: readonly SceneNode[];
  readonly edges: readonly SceneEdge[];
  readonly frames: readonly { container: Container; box: Box }[];
  readonly notes: readonly { postit: Note; box: Box }[];
  readonly nodeIndex: ReadonlyMap<string, number>;
  readonly edgeIndex: ReadonlyMap<string, number>;
}

/** Whether the graph's own layout can be used: most nodes have a place, not all the same one. */
export function hasLayout(graph: Graph): boolean {
  const known = graph.nodes.filter((node) => node.x !== null && node.y !== null);
  if (known.length * 2 < graph.nodes.length || known.length === 0) return graph.nodes.length === 0;
  return graph.nodes.length === 1 || new Set(known.map((node) => `${node.x},${node.y}`)).size > 1;
}

const SAME: Mapping = { x: (value) => value, y: (value) => value };

/** Builds the scene from the graph's layout, or from `arranged` boxes, one a node in order. */
export function sceneOf(graph: Graph, arranged: readonly Box[] | null): Scene {
  const placed: { boxes: readonly Box[]; mapping: Mapping } = arranged ? { boxes: arranged, mapping: SAME } : spaceOut(graph.nodes);
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
    frames: graph.containers.map((container) => ({ container, box: mapBox(container, placed.mapping) })),
    notes: graph.postits.map((postit) => ({ postit, box: { x: placed.mapping.x(postit.x), y: placed.mapping.y(postit.y), width: postit.width, height: postit.height } })),
    nodeIndex,
    edgeIndex: new Map(edges.map(({ id }, index) => [id, index])),
  };
}

function edgesOf(edges: readonly Edge[], nodes: readonly SceneNode[], index: ReadonlyMap<string, number>): SceneEdge[] {
  const boxes = nodes.map(({ box }) => box);
  const drawn: { edge: Edge; link: AnchoredEdge }[] = [];
  for (const edge of edges) {
    const source = index.get(edge.source);
    const target = index.get(edge.target);
    if (source === undefined || target === undefined) continue;
    const loop = source === target;
    drawn.push({ edge, link: { source, target, sourceFace: loop ? "top" : edge.source_face, targetFace: loop ? "top" : edge.target_face } });
  }
  const curves = anchorsOf(drawn.map(({ link }) => link), boxes).map(({ from, to }) => curveBetween(from, to));
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

/** Cards whose left sides are closer than this belong to one column, in canvas units. */
const COLUMN = 82;

/** Indices of the boxes in reading order. */
export function readingOrder(boxes: readonly Box[]): number[] {
  const byX = boxes.map((box, index) => ({ box, index })).sort((a, b) => a.box.x - b.box.x || a.box.y - b.box.y);
  const columns: { start: number; cards: typeof byX }[] = [];
  for (const entry of byX) {
    const last = columns.at(-1);
    if (last && entry.box.x - last.start < COLUMN) last.cards.push(entry);
    else columns.push({ start: entry.box.x, cards: [entry] });
  }
  return columns.flatMap(({ cards }) => cards.sort((a, b) => a.box.y - b.box.y || a.index - b.index).map(({ index }) => index));
}

/** Where an arrow key leads. */
export type Direction = "left" | "right" | "up" | "down";

/** The nearest box in a direction, preferring those straight ahead; null if there is none. */
export function neighbour(boxes: readonly Box[], from: number, direction: Direction): number | null {
  const here = boxes[from];
  if (!here) return null;
  let best: number | null = null;
  let least = Infinity;
  boxes.forEach((box, index) => {
    const dx = box.x - here.x;
    const dy = box.y - here.y;
    const [ahead, aside] = { left: [-dx, dy], right: [dx, dy], up: [-dy, dx], down: [dy, dx] }[direction] as [number, number];
    if (index === from || ahead < 8) return;
    const cost = ahead + Math.abs(aside) * 2;
    if (cost < least) [best, least] = [index, cost];
  });
  return best;
}

/** Everything that the light layer may ask. */
type SceneMeasures = { readonly [Name in keyof Measures]-?: NonNullable<Measures[Name]> };

/** A scene as the light layer asks for it; `tagWidth` says how much of a card's lower edge its tag
 * takes.
 */
export function measuresOf(scene: Scene, tagWidth: (uuid: string) => number): SceneMeasures {
  const boxes = new Map(scene.nodes.map(({ node, box }) => [node.uuid, box]));
  const paths = new Map(scene.edges.map(({ id, table }) => [id, pointsOf(table)]));
  return {
    boxes: () => boxes,
    path: (edge) => paths.get(edge) ?? null,
    label: (edge) => {
      const label = scene.edges[scene.edgeIndex.get(edge) ?? -1]?.label;
      return label ? { x: label.x, y: label.y, lines: label.double ? 2 : 1 } : null;
    },
    tag: tagWidth,
  };
}
