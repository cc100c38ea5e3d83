/** A host's drawing as it measures it: its nodes' boxes, and points along those edges that light
 * needs. Nodes and edges keep their index for as long as they are drawn.
 */
import { type Box, type Point, POINTS } from "./curve.ts";
import type { Drawing, DrawnEdge, DrawnNode } from "./drawing.ts";
import type { RenderBuffers } from "./protocol.ts";

/** The middle of an edge from its source to its target: a drawn path, or at least two points. */
export type EdgePath = SVGPathElement | readonly Point[];

/** Where an edge's label stands, so that light stays off it: its middle, and one or two lines. */
export interface EdgeLabel extends Point {
  readonly lines: 1 | 2;
}

/** What the host measures, all in its own canvas units. */
export interface Measures {
  readonly boxes: () => ReadonlyMap<string, Box>;
  readonly path: (edge: string) => EdgePath | null;
  readonly label?: ((edge: string) => EdgeLabel | null) | undefined;
  /** How much of a node's lower edge its tag takes, from the right. */
  readonly tag?: ((node: string) => number) | undefined;
}

const NO_NODE: DrawnNode = { node: { uuid: "" }, box: { x: NaN, y: NaN, width: 0, height: 0 } };
const NO_EDGE: DrawnEdge = { table: new Float32Array(POINTS * 2), source: -1, target: -1 };
/** Edges for which there is room from the first; more double it. */
const FIRST_EDGES = 64;

/** An edge as it was sampled: `from` tells whether the host has drawn it anew. */
interface Sampled {
  readonly index: number;
  readonly from: string | readonly Point[] | null;
}

export class MeasuredDrawing implements Drawing {
  readonly nodes: DrawnNode[] = [];
  readonly edges: DrawnEdge[] = [];
  readonly nodeIndex = new Map<string, number>();
  readonly edgeIndex = { get: (edge: string) => this.edge(edge) };
  /** Another object after every change that has to be drawn. */
  buffers: RenderBuffers;
  private readonly sampled = new Map<string, Sampled>();
  private readonly freeNodes: number[] = [];
  private readonly freeEdges: number[] = [];
  /** Edges that the host did not draw when asked; asked for again once it measures. */
  private readonly absent = new Set<string>();
  private room = FIRST_EDGES;

  constructor(private readonly measures: Measures) {
    this.buffers = this.copied();
    this.measure();
  }

  /** Reads boxes anew, and paths that were asked for; answers what has changed: whether nodes came
   * or went, or boxes and paths only moved.
   */
  measure(): "nothing" | "moved" | "nodes" {
    this.absent.clear();
    let changed = this.measureBoxes();
    for (const uuid of [...this.sampled.keys()]) if (this.sample(uuid) && changed === "nothing") changed = "moved";
    if (changed !== "nothing") this.buffers = this.copied();
    return changed;
  }

  private measureBoxes(): "nothing" | "moved" | "nodes" {
    const boxes = this.measures.boxes();
    let changed: "nothing" | "moved" | "nodes" = "nothing";
    for (const [uuid, index] of this.nodeIndex) {
      if (isBox(boxes.get(uuid))) continue;
      this.nodes[index] = NO_NODE;
      this.nodeIndex.delete(uuid);
      this.freeNodes.push(index);
      changed = "nodes";
    }
    for (const [uuid, box] of boxes) {
      if (!isBox(box)) continue;
      const known = this.nodeIndex.get(uuid);
      const before = known === undefined ? undefined : this.nodes[known]?.box;
      if (before && before.x === box.x && before.y === box.y && before.width === box.width && before.height === box.height) continue;
      const index = known ?? this.freeNodes.pop() ?? this.nodes.length;
      const { x, y, width, height } = box;
      this.nodes[index] = { node: { uuid }, box: { x, y, width, height } };
      this.nodeIndex.set(uuid, index);
      if (known === undefined) changed = "nodes";
      else if (changed === "nothing") changed = "moved";
    }
    return changed;
  }

  /** The index of an edge, which is sampled when it is first asked for. */
  private edge(uuid: string): number | undefined {
    const known = this.sampled.get(uuid);
    if (known) return known.index;
    if (this.absent.has(uuid)) return undefined;
    if (!this.sample(uuid)) {
      // A host that draws other edges than its graph names must not make this grow.
      if (this.absent.size < 10_000) this.absent.add(uuid);
      return undefined;
    }
    const index = this.sampled.get(uuid)?.index;
    if (index !== undefined) this.place(uuid, index);
    return index;
  }

  /** Samples an edge if its path is another than before; answers whether its points changed. */
  private sample(uuid: string): boolean {
    const known = this.sampled.get(uuid);
    const path = this.measures.path(uuid);
    const from = path === null ? null : isPoints(path) ? path : path.getAttribute("d");
    if (known && from !== null && from === known.from) return false;
    const table = path === null ? null : tableAlong(path);
    if (table === null) {
      if (!known) return false;
      this.sampled.delete(uuid);
      this.edges[known.index] = NO_EDGE;
      this.freeEdges.push(known.index);
      return true;
    }
    const index = known?.index ?? this.freeEdges.pop() ?? this.edges.length;
    this.sampled.set(uuid, { index, from });
    if (known && this.edges[index]?.table.every((value, i) => value === table[i])) return false;
    const nearest = (point: number): number => nearestTo(this.nodes, table[point * 2] ?? 0, table[point * 2 + 1] ?? 0);
    this.edges[index] = { table, get source() { return nearest(0); }, get target() { return nearest(POINTS - 1); } };
    return true;
  }

  /** Writes an edge that nothing has been drawn on yet, so that nothing has to be drawn again. */
  private place(uuid: string, index: number): void {
    if (index >= this.room) {
      this.buffers = this.copied();
      return;
    }
    this.write(this.buffers, uuid, index);
  }

  private write({ tables, labels }: RenderBuffers, uuid: string, index: number): void {
    tables.set(this.edges[index]?.table ?? NO_EDGE.table, index * POINTS * 2);
    const label = this.measures.label?.(uuid);
    labels.set(label ? [label.x, label.y, label.lines] : [0, 0, 0], index * 3);
  }

  private copied(): RenderBuffers {
    while (this.room < this.edges.length) this.room *= 2;
    const boxes = new Float32Array(this.nodes.length * 4);
    this.nodes.forEach(({ box }, i) => { if (box.width > 0) boxes.set([box.x, box.y, box.width, box.height], i * 4); });
    const tags = Float32Array.from(this.nodes, ({ node }) => (node.uuid === "" ? 0 : (this.measures.tag?.(node.uuid) ?? 0)));
    const copied = { boxes, tags, tables: new Float32Array(this.room * POINTS * 2), labels: new Float32Array(this.room * 3) };
    for (const [uuid, { index }] of this.sampled) this.write(copied, uuid, index);
    return copied;
  }
}

/** The node that a path begins or ends at: the one whose box is nearest to that point, and of those
 * around it the smallest, as a node in a group is; −1 for none.
 */
function nearestTo(nodes: readonly DrawnNode[], x: number, y: number): number {
  let [best, least, size] = [-1, Infinity, Infinity];
  nodes.forEach(({ box }, index) => {
    const away = Math.hypot(Math.max(box.x - x, 0, x - box.x - box.width), Math.max(box.y - y, 0, y - box.y - box.height));
    const area = box.width * box.height;
    if (away < least || (away === least && area < size)) [best, least, size] = [index, away, area];
  });
  return best;
}

function isPoints(path: EdgePath): path is readonly Point[] {
  return Array.isArray(path);
}

function isBox(box: Box | undefined): box is Box {
  return box !== undefined && [box.x, box.y, box.width, box.height].every(Number.isFinite) && box.width > 0 && box.height > 0;
}

/** `POINTS` points at equal distances along a path: x, y, x, y …; null if it has no length. */
export function tableAlong(path: EdgePath): Float32Array | null {
  const table = isPoints(path) ? alongPoints(path) : alongPath(path);
  return table?.every(Number.isFinite) ? table : null;
}

function alongPath(path: SVGPathElement): Float32Array | null {
  const table = new Float32Array(POINTS * 2);
  try {
    const total = path.getTotalLength();
    if (!(total > 0)) return null;
    for (let i = 0; i < POINTS; i++) {
      const { x, y } = path.getPointAtLength((total * i) / (POINTS - 1));
      table.set([x, y], i * 2);
    }
  } catch {
    // Browsers measure no path that is not drawn at all.
    return null;
  }
  return table;
}

function alongPoints(points: readonly Point[]): Float32Array | null {
  const lengths = [0];
  for (const [i, point] of points.entries()) {
    const before = points[i - 1];
    if (before) lengths.push((lengths[i - 1] ?? 0) + Math.hypot(point.x - before.x, point.y - before.y));
  }
  const total = lengths[lengths.length - 1] ?? 0;
  if (!(total > 0)) return null;
  const table = new Float32Array(POINTS * 2);
  let at = 0;
  for (let i = 0; i < POINTS; i++) {
    const wanted = (total * i) / (POINTS - 1);
    while (at < points.length - 2 && (lengths[at + 1] ?? total) < wanted) at += 1;
    const [low, high] = [lengths[at] ?? 0, lengths[at + 1] ?? total];
    const part = high > low ? Math.min(1, (wanted - low) / (high - low)) : 0;
    const [a, b] = [points[at], points[at + 1]];
    if (a && b) table.set([a.x + (b.x - a.x) * part, a.y + (b.y - a.y) * part], i * 2);
  }
  return table;
}
