/** The drawing, measured once: cards, curves, labels, frames and notes, with their indices. */
import type { Container, Edge, Graph, Node, Note } from "@dagnet-realtime/engine/wire.gen";
import { type Box, type Face, POINTS, type Point, pointsOf } from "@dagnet-realtime/layer/curve";
import { LABEL } from "@dagnet-realtime/layer/protocol";
import { type Measures, tableAlong } from "@dagnet-realtime/layer/measuredDrawing";
import { type AnchoredEdge, anchorsOf, Labels, type LabelSpot } from "./anchors.ts";
import { directRoute, type Ends, type Route, routePoints, Router } from "./routes.ts";
import { eventText, facesOf } from "./cardFace.ts";
import { eventFits, fitOf, typeScale } from "./cardText.ts";
import type { Link } from "./compact.ts";
import type { CardSize, Mapping } from "./placement.ts";
import { CARD, CLOSE_SHAPES, mapBox, proportioned, SHAPES, spaceOut } from "./spacing.ts";

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
  readonly route: Route;
  readonly table: Float32Array;
  readonly text: string;
  readonly label: LabelSpot | null;
  readonly bold: number;
  readonly never: boolean;
  readonly edge: Edge;
}

/** Nodes stand in reading order; the overlay refers to `nodes` and `edges` by index. `extent` is
 * the rectangle around everything drawn, the bends of edges too, and `farExtent` around what is
 * drawn from far away: all but notes.
 */
export interface Scene {
  readonly nodes: readonly SceneNode[];
  readonly edges: readonly SceneEdge[];
  readonly frames: readonly { container: Container; box: Box }[];
  readonly notes: readonly { postit: Note; box: Box }[];
  readonly nodeIndex: ReadonlyMap<string, number>;
  readonly edgeIndex: ReadonlyMap<string, number>;
  readonly extent: Box;
  readonly farExtent: Box;
}

/** Whether the graph's own layout can be used: most nodes have a place, and most of those one of
 * their own.
 */
export function hasLayout(graph: Graph): boolean {
  const known = graph.nodes.filter((node) => node.x !== null && node.y !== null);
  if (known.length * 2 < graph.nodes.length || known.length === 0) return graph.nodes.length === 0;
  return graph.nodes.length === 1 || new Set(known.map((node) => `${node.x},${node.y}`)).size * 2 > known.length;
}

const SAME: Mapping = { x: (value) => value, y: (value) => value };

/** Graphs of more nodes have cards of one size: no shape makes so many names legible at once. */
const MOST_SHAPED = 120;
/** What a card's room is worth when shapes are weighed, and a name whose words are broken less. */
const EVENT_WORTH = 0.3;
const SPLIT_WORTH = -0.2;
/** A name that cannot be read costs more than all else is worth. */
const NAMELESS = -20;
/** Bends of edges take the rest, and a room that shrinks a little. */
const SPARE = 0.95;
const WORTH = { all: 1, rate: 0.8, name: 0.5, none: NAMELESS } as const;

/** `worth` says how much can be read of it, if that was weighed. */
interface Placed {
  readonly boxes: readonly Box[];
  readonly mapping: Mapping;
  readonly size: CardSize;
  readonly worth?: number;
}

/** The layout with the shape of cards under which most can be read in `room`. If names would still
 * be left out, it is drawn closely, and narrower.
 */
function placed(graph: Graph, room: CardSize | null, turned: boolean): Placed {
  if (!room || graph.nodes.length > MOST_SHAPED) return { ...spaceOut(graph.nodes, CARD, room), size: CARD };
  return orClosely(best(graph, room, SHAPES, null), graph, room, turned);
}

/** The same for a graph that has no layout of its own, but `boxes` that were arranged for it. */
function placedAs(boxes: readonly Box[], graph: Graph, room: CardSize | null, turned: boolean): Placed {
  const own = { boxes: room ? proportioned(boxes, room) : boxes, mapping: SAME, size: CARD };
  if (!room || graph.nodes.length > MOST_SHAPED) return own;
  const nodes = graph.nodes.map((node, i) => ({ ...node, x: boxes[i]?.x ?? null, y: boxes[i]?.y ?? null }));
  return orClosely(weighed(graph, own, room), { ...graph, nodes }, room, turned);
}

function orClosely(own: Weighed, graph: Graph, room: CardSize, turned: boolean): Weighed {
  if (own.named) return own;
  const close = best(graph, room, CLOSE_SHAPES, linksOf(graph, turned));
  return close.worth > own.worth ? close : own;
}

/** `named`: every name can be read. */
interface Weighed extends Placed {
  readonly worth: number;
  readonly named: boolean;
}

function best(graph: Graph, room: CardSize, shapes: readonly CardSize[], links: readonly Link[] | null): Weighed {
  return shapes.map((size) => weighed(graph, framed(graph, size, room, links), room)).reduce((most, one) => (one.worth > most.worth ? one : most));
}

/** Cards of this size in their places, which leave of the room what frames need around them. */
function framed(graph: Graph, size: CardSize, room: CardSize, links: readonly Link[] | null): Placed {
  const placed = { ...spaceOut(graph.nodes, size, room, links), size };
  if (graph.containers.length === 0) return placed;
  const [cards, all] = [boundsOf(placed.boxes), outlineOf(graph, placed)];
  const left = { width: (room.width * cards.width) / all.width, height: (room.height * cards.height) / all.height };
  return { ...spaceOut(graph.nodes, size, left, links), size };
}

/** The rectangle around cards and frames. */
function outlineOf({ containers }: Graph, { boxes, mapping, size }: Placed): Box {
  return boundsOf([...boxes, ...containers.map((container) => mapBox(container, mapping, size))]);
}

function weighed(graph: Graph, placed: Placed, room: CardSize): Weighed {
  const { size } = placed;
  const { width, height } = outlineOf(graph, placed);
  const zoom = Math.min(1, SPARE * room.width / width, SPARE * room.height / height);
  const scale = typeScale(zoom);
  let [worth, named] = [0, true];
  for (const face of facesOf(graph).values()) {
    const fit = fitOf(face.title, size.width, size.height, scale, face.event !== "");
    if (fit.split) worth += SPLIT_WORTH;
    worth += WORTH[fit.room] + (fit.room === "all" && eventFits(eventText(face), size.width, scale, fit.lines) ? EVENT_WORTH : 0);
    named &&= fit.room !== "none";
  }
  return { ...placed, worth: worth / Math.max(1, graph.nodes.length) + zoom / 20, named };
}

/** The edges between nodes, by the nodes' indices and the direction in which they leave. */
function linksOf({ nodes, edges }: Graph, turned: boolean): Link[] {
  const index = new Map(nodes.map(({ uuid }, i) => [uuid, i]));
  return edges.flatMap(({ source, target, source_face: face }) => {
    const [from, to] = [index.get(source), index.get(target)];
    const sideways = (face === "left" || face === "right") !== turned;
    return from === undefined || to === undefined || from === to ? [] : [{ from, to, along: sideways ? "x" : "y" }];
  });
}

/** Room that is so many times taller than wide is a phone's, or a screen's on its side. */
const TALL = 1.2;
/** A layout is turned if so much more can be read of it then, or else if everything can be drawn so
 * many times larger.
 */
const TURN_WORTH = 0.05;
const TURN_GAIN = 1.1;
const TURNED: Readonly<Record<Face, Face>> = { left: "top", right: "bottom", top: "left", bottom: "right" };

/** The layout from top to bottom that leads from left to right. */
function downwards(graph: Graph): Graph {
  const swap = <T extends { readonly x: unknown; readonly y: unknown }>(one: T): T => ({ ...one, x: one.y, y: one.x });
  return {
    ...graph,
    nodes: graph.nodes.map(swap),
    containers: graph.containers.map((one) => ({ ...swap(one), width: one.height, height: one.width })),
    postits: graph.postits.map(swap),
  };
}

/** The same of boxes that were arranged: what was between columns is between rows. */
function downwardsBoxes(boxes: readonly Box[]): readonly Box[] {
  const times = (CARD.width + CARD.gapX) / (CARD.height + CARD.gapY);
  return boxes.map((box) => ({ ...box, x: box.y * times, y: box.x / times }));
}

/** How large a layout can be drawn in a room. */
function zoomIn({ boxes }: Placed, room: CardSize): number {
  const { width, height } = boundsOf(boxes);
  return Math.min(room.width / width, room.height / height);
}

interface Layout extends Placed {
  /** The graph as it was laid out. */
  readonly laid: Graph;
  readonly turned: boolean;
}

/** The layout, in a tall room also from top to bottom. */
function layoutOf(graph: Graph, arranged: readonly Box[] | null, room: CardSize | null): Layout {
  const place = (laid: Graph, boxes: readonly Box[] | null, turned: boolean): Placed => (boxes ? placedAs(boxes, laid, room, turned) : placed(laid, room, turned));
  const own = { ...place(graph, arranged, false), laid: graph, turned: false };
  if (room === null || room.height < room.width * TALL) return own;
  const laid = downwards(graph);
  const other = { ...place(laid, arranged && downwardsBoxes(arranged), true), laid, turned: true };
  const better = own.worth === undefined || other.worth === undefined || Math.abs(own.worth - other.worth) < TURN_WORTH ? zoomIn(other, room) > zoomIn(own, room) * TURN_GAIN : other.worth > own.worth;
  return better ? other : own;
}

/** Builds the scene from the graph's layout, or from `arranged` boxes, one a node in order. `room`
 * is what the picture has for it, in CSS pixels: if it is tall, left to right may become top to
 * bottom.
 */
export function sceneOf(graph: Graph, arranged: readonly Box[] | null, room: CardSize | null = null): Scene {
  const routing = new EdgeRouting(graph, arranged, room);
  while (routing.step());
  return routing.scene();
}

/** A scene whose edges are straight and unlabelled at first. Each step leads the next one round the
 * cards and places its label, which takes long if there are thousands.
 */
export class EdgeRouting {
  private readonly rest: Omit<Scene, "edges" | "extent" | "farExtent">;
  private readonly ends: readonly Ends[];
  private readonly edges: SceneEdge[];
  private readonly router: Router;
  private readonly labels: Labels;
  private next = 0;

  constructor(graph: Graph, arranged: readonly Box[] | null, room: CardSize | null) {
    const { boxes, mapping, size, laid, turned } = layoutOf(graph, arranged, room);
    const nodes: SceneNode[] = readingOrder(boxes).flatMap((index) => {
      const node = graph.nodes[index];
      const box = boxes[index];
      return node && box ? [{ node, box }] : [];
    });
    const nodeIndex = new Map(nodes.map(({ node }, index) => [node.uuid, index]));
    const cards = nodes.map(({ box }) => box);
    const drawn = endsOf(graph.edges, nodeIndex, cards, turned);
    this.ends = drawn.map(({ ends }) => ends);
    this.edges = drawn.map(({ edge, ends }) => sceneEdge(edge, ends, directRoute(ends), null));
    this.router = new Router(cards);
    this.labels = new Labels(cards);
    this.rest = {
      nodes,
      frames: laid.containers.map((container) => ({ container, box: mapBox(container, mapping, size) })),
      notes: laid.postits.map((postit) => ({ postit, box: { x: mapping.x(postit.x), y: mapping.y(postit.y), width: postit.width, height: postit.height } })),
      nodeIndex,
      edgeIndex: new Map(this.edges.map(({ id }, index) => [id, index])),
    };
  }

  /** How many edges are still straight and without a label. */
  get left(): number {
    return this.edges.length - this.next;
  }

  /** Leads the next edge; false once none is left. */
  step(): boolean {
    const [drawn, ends] = [this.edges[this.next], this.ends[this.next]];
    if (!drawn || !ends) return false;
    const route = this.router.route(ends, drawn.route);
    const label = drawn.edge.p === null ? null : this.labels.place(route);
    if (route !== drawn.route || label) this.edges[this.next] = sceneEdge(drawn.edge, ends, route, label);
    this.next += 1;
    return true;
  }

  /** The scene so far. What has not changed is the same object in every one. */
  scene(): Scene {
    const parts = { ...this.rest, edges: [...this.edges] };
    return { ...parts, extent: extentOf(parts), farExtent: extentOf({ ...parts, notes: [] }) };
  }
}

/** The edges whose nodes are drawn, and where they touch them. */
function endsOf(edges: readonly Edge[], index: ReadonlyMap<string, number>, boxes: readonly Box[], turned: boolean): readonly { readonly edge: Edge; readonly ends: Ends }[] {
  const faceOf = (face: Face): Face => (turned ? TURNED[face] : face);
  const drawn: { edge: Edge; link: AnchoredEdge }[] = [];
  for (const edge of edges) {
    const source = index.get(edge.source);
    const target = index.get(edge.target);
    if (source === undefined || target === undefined) continue;
    const loop = source === target;
    drawn.push({ edge, link: { source, target, sourceFace: loop ? "top" : faceOf(edge.source_face), targetFace: loop ? "top" : faceOf(edge.target_face) } });
  }
  const ports = anchorsOf(drawn.map(({ link }) => link), boxes);
  return drawn.flatMap(({ edge, link: { source, target } }, i) => {
    const ends = ports[i];
    return ends && [ends.from.x, ends.from.y, ends.to.x, ends.to.y].every(Number.isFinite) ? [{ edge, ends: { ...ends, source, target } }] : [];
  });
}

const NO_TABLE = new Float32Array(POINTS * 2);

/** The table is made when it is first read: light needs those of few edges. */
function sceneEdge(edge: Edge, { source, target }: Ends, route: Route, label: LabelSpot | null): SceneEdge {
  let table: Float32Array | null = null;
  return {
    id: edge.uuid, source, target, route, text: percent(edge.p), label, bold: Math.sqrt(edge.p ?? 0.25), never: edge.p === 0, edge,
    get table() { return table ??= tableAlong(routePoints(route)) ?? NO_TABLE; },
  };
}

/** A probability as the label says it: whole per cents, finer below one. */
export function percent(p: number | null): string {
  if (p === null) return "";
  const value = p * 100;
  return value > 0 && value < 0.95 ? `${value < 0.095 ? "<0.1" : value.toFixed(1)}%` : `${Math.round(value)}%`;
}

/** The rectangle around everything drawn, the bends of edges too. */
export function extentOf({ nodes, edges, frames, notes }: Omit<Scene, "extent" | "farExtent">): Box {
  const bends = edges.filter(({ route }) => route.length > 1).flatMap(({ table }) => pointsOf(table).map(({ x, y }) => ({ x, y: y - LABEL.height / 2, width: 0, height: LABEL.height })));
  return boundsOf([...[...nodes, ...frames, ...notes].map(({ box }) => box), ...bends]);
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

/** The points of tables, the same ones for as long as an edge is drawn so. */
const PATHS = new WeakMap<Float32Array, readonly Point[]>();

function pathOf(table: Float32Array): readonly Point[] {
  const points = PATHS.get(table) ?? pointsOf(table);
  PATHS.set(table, points);
  return points;
}

/** A scene as the light layer asks for it; `tagWidth` says how much of a card's lower edge its tag
 * takes.
 */
export function measuresOf(scene: Scene, tagWidth: (uuid: string) => number): SceneMeasures {
  const boxes = new Map(scene.nodes.map(({ node, box }) => [node.uuid, box]));
  return {
    boxes: () => boxes,
    path: (edge) => {
      const drawn = scene.edges[scene.edgeIndex.get(edge) ?? -1];
      return drawn ? pathOf(drawn.table) : null;
    },
    label: (edge) => {
      const label = scene.edges[scene.edgeIndex.get(edge) ?? -1]?.label;
      return label ? { x: label.x, y: label.y, lines: label.double ? 2 : 1 } : null;
    },
    tag: tagWidth,
  };
}
