/** Followed paths, drawn on surfaces of their own and stamped: fifty cost as little as one. */
import { POINTS } from "./curve.ts";
import { BRIEF_FROM, FULL_FROM } from "./detail.ts";
import { discScale, type Edges, meet, type Patch, reachOf, stopReach } from "./dirtyTiles.ts";
import { boxAt, type Camera, fromCanvas, LABEL, type Leg, type Palette, type PathMark, type RenderBuffers, toCanvas, type Brush, type Surface } from "./protocol.ts";
import { brushOf, roundBox, surface } from "./sprites.ts";

/** What the drawing of followed paths depends on. */
export interface PathInput {
  readonly paths: readonly PathMark[];
  readonly buffers: RenderBuffers;
  readonly palette: Palette;
  readonly camera: Camera;
}

/** `ways` lie beneath halos, `stops` above them; both are null while nothing is followed. */
export class PathLayer {
  private ways: Surface | null = null;
  private stops: Surface | null = null;
  private shown: PathInput | null = null;

  /** Redraws what has changed: only within the patches if nothing but paths has changed there.
   * `width` and `height` are device pixels.
   */
  refresh(from: PathInput, width: number, height: number, patches: readonly Patch[]): void {
    const { shown } = this;
    if (from.paths.length === 0) {
      this.ways = this.stops = this.shown = null;
      return;
    }
    const fits = this.ways?.width === width && this.ways.height === height;
    const whole = !fits || shown === null || shown.buffers !== from.buffers || shown.palette !== from.palette || shown.camera !== from.camera;
    if (!whole && shown.paths === from.paths) return;
    if (!fits) [this.ways, this.stops] = [surface(width, height), surface(width, height)];
    this.shown = { paths: from.paths, buffers: from.buffers, palette: from.palette, camera: from.camera };
    const { paths, buffers, palette, camera } = from;
    const within: readonly Patch[] = whole ? [[0, 0, width, height]] : patches;
    draw(this.ways, camera, within, (brush, near) => { drawLegs(brush, paths, buffers, palette, camera.zoom >= BRIEF_FROM, near); });
    draw(this.stops, camera, within, (brush, near) => { drawStops(brush, paths, buffers, palette, camera.zoom, near); });
  }

  /** Stamps one of the two within a patch, if something of it is `near`; the brush must speak
   * device pixels.
   */
  stamp(brush: Brush, which: "ways" | "stops", [x, y, width, height]: Patch, near: Near = EVERYWHERE): void {
    const from = this[which];
    if (from && this.shown && (which === "ways" ? waysNear : stopsNear)(this.shown, near)) brush.drawImage(from, x, y, width, height, x, y, width, height);
  }
}

/** Whether a rectangle of canvas units lies where is drawn. */
export type Near = (edges: Edges) => boolean;
const EVERYWHERE: Near = () => true;

function waysNear({ paths }: PathInput, near: Near): boolean {
  return paths.some(({ legs }) => legs.some((leg) => near(reachOfLeg(leg))));
}

function stopsNear({ paths, buffers, camera }: PathInput, near: Near): boolean {
  for (const [node, { row }] of visitsOf(paths)) if (near(stopReach(buffers, node, camera.zoom, row))) return true;
  return false;
}

/** A patch at a time: a rectangle costs nothing to draw within, and many together do. */
function draw(on: Surface | null, camera: Camera, within: readonly Patch[], paint: (brush: Brush, near: Near) => void): void {
  if (!on) return;
  const brush = brushOf(on);
  for (const patch of within) {
    const [x, y, width, height] = patch;
    brush.save();
    brush.setTransform(1, 0, 0, 1, 0, 0);
    brush.clearRect(x, y, width, height);
    brush.beginPath();
    brush.rect(x, y, width, height);
    brush.clip();
    toCanvas(brush, camera);
    const seen = fromCanvas(camera, patch);
    paint(brush, (edges) => meet(edges, seen));
    brush.restore();
  }
}

/** Each hue has its own dash, so that paths can be distinguished without colour. */
export const DASHES: readonly (readonly number[])[] = [[], [9, 5], [2, 5], [14, 4, 3, 4], [5, 3], [1.5, 3.5]];

/** Traces drawn at most: as many as can be followed. */
export const MOST_PATHS = 50;
/** Discs at one card; the rest becomes a number. */
const MOST_DISCS = 4;

const REACHES = new WeakMap<Float32Array, Edges>();

/** The reach of a table, which does not change while a path is followed. */
function reachOfLeg({ table }: Leg): Edges {
  const known = REACHES.get(table);
  if (known) return known;
  const reach = reachOf(table);
  REACHES.set(table, reach);
  return reach;
}

/** The ways of all paths, in canvas units; if `labels` are shown they stay free of them. What is
 * not `near` is left out.
 */
export function drawLegs(brush: Brush, paths: readonly PathMark[], buffers: RenderBuffers, palette: Palette, labels: boolean, near: Near = EVERYWHERE): void {
  brush.lineCap = "round";
  for (const path of paths) {
    const colour = palette.follow[path.hue] ?? palette.activity;
    const dash = DASHES[path.hue] ?? [];
    const seen = path.legs.filter((leg) => near(reachOfLeg(leg)));
    brush.strokeStyle = colour;
    const plain = seen.filter((leg) => !leg.inferred && !leg.jump);
    if (traceLegs(brush, plain)) {
      brush.setLineDash([]);
      brush.globalAlpha = palette.dark ? 0.2 : 0.16;
      brush.lineWidth = 7;
      brush.stroke();
      brush.globalAlpha = 1;
      brush.lineWidth = 2.2;
      brush.setLineDash([...dash]);
      brush.stroke();
    }
    for (const [legs, width, pattern] of [[seen.filter((leg) => leg.inferred && !leg.jump), 1.1, dash], [seen.filter((leg) => leg.jump), 2.2, [6, 6]]] as const) {
      if (!traceLegs(brush, legs)) continue;
      brush.lineWidth = width;
      brush.setLineDash([...pattern]);
      brush.stroke();
    }
    brush.setLineDash([]);
    for (const leg of seen) if (!leg.jump) arrow(brush, leg, colour);
  }
  if (labels) for (const path of paths) for (const leg of path.legs) clearLabel(brush, leg, buffers, near);
}

/** A path at a node: it stops there with a text, or is inferred to have passed it without one. */
interface Visit {
  readonly path: PathMark;
  readonly text: string;
}

/** What is drawn of paths at a node: visits in the order of the paths, and the length of the row of
 * their discs, in canvas units, at most.
 */
export interface NodeVisits {
  readonly visits: readonly Visit[];
  readonly row: number;
}

const VISITS = new WeakMap<readonly PathMark[], ReadonlyMap<number, NodeVisits>>();

/** The nodes that paths are drawn at; found once for these paths. */
export function visitsOf(paths: readonly PathMark[]): ReadonlyMap<number, NodeVisits> {
  const known = VISITS.get(paths);
  if (known) return known;
  const found = new Map<number, { visits: Visit[]; row: number }>();
  const add = (node: number, visit: Visit): void => {
    const at = found.get(node) ?? { visits: [], row: LEAST_DISC };
    found.set(node, at);
    at.visits.push(visit);
    if (at.visits.length <= MOST_DISCS) at.row += LEAST_DISC + visit.text.length * LETTER;
    else if (at.visits.length === MOST_DISCS + 1) at.row += LEAST_DISC + 3 * LETTER;
  };
  for (const path of paths) {
    for (const { node, numbers } of path.stops) add(node, { path, text: textOf(numbers) });
    for (const node of path.passed) add(node, { path, text: "" });
  }
  VISITS.set(paths, found);
  return found;
}

/** The room of a disc and of each letter in it, in canvas units, rather too much. */
const LEAST_DISC = 20;
const LETTER = 8;

/** Outlines and numbered discs on the cards of all paths; discs grow as the view zooms out. What is
 * not `near` is left out.
 */
export function drawStops(brush: Brush, paths: readonly PathMark[], buffers: RenderBuffers, palette: Palette, zoom: number, near: Near = EVERYWHERE): void {
  const large = discScale(zoom);
  const seen = [...visitsOf(paths)].filter(([node, { row }]) => near(stopReach(buffers, node, zoom, row)));
  brush.globalAlpha = 1;
  for (const [node, { visits }] of seen) {
    for (const { path, text } of visits) {
      brush.strokeStyle = palette.follow[path.hue] ?? palette.activity;
      if (text) outline(brush, path, node, buffers, palette.corner, DASHES[path.hue] ?? [], 1.5);
      else outline(brush, path, node, buffers, palette.corner, PASSED, 1);
    }
    clearTag(brush, node, buffers, zoom);
  }
  const put = (node: number, shift: number, text: string, colour: string, hollow: boolean): number => {
    const [x, y] = boxAt(buffers, node);
    brush.save();
    brush.translate(x - 3 + shift * large, y - 3 - (large - 1) * 11);
    brush.scale(large, large);
    const width = disc(brush, text, colour, palette, hollow);
    brush.restore();
    return shift + width + 4;
  };
  const more: (() => void)[] = [];
  for (const [node, { visits }] of seen) {
    let shift = 0;
    for (const { path, text } of visits.slice(0, MOST_DISCS)) shift = put(node, shift, text || "≈", palette.follow[path.hue] ?? palette.activity, text === "");
    const rest = visits.length - MOST_DISCS;
    if (rest > 0) more.push(() => put(node, shift, `+${rest}`, palette.activityText, true));
  }
  // Over the discs of the next card, which they would lie under.
  for (const draw of more) draw();
}

/** Keeps tags at the cards' feet free of the outlines that pass them. */
export function clearTags(brush: Brush, paths: readonly PathMark[], buffers: RenderBuffers, zoom: number, near: Near = EVERYWHERE): void {
  if (zoom < FULL_FROM) return;
  for (const [node, { row }] of visitsOf(paths)) if (near(stopReach(buffers, node, zoom, row))) clearTag(brush, node, buffers, zoom);
}

/** A node that a trace is inferred to have passed. */
const PASSED = [2, 4] as const;

function outline(brush: Brush, path: PathMark, node: number, buffers: RenderBuffers, corner: number, dash: readonly number[], width: number): void {
  const [x, y, wide, high] = boxAt(buffers, node);
  const out = 4 + path.lane * 3;
  roundBox(brush, x - out, y - out, wide + out * 2, high + out * 2, corner + out);
  brush.lineWidth = width;
  brush.setLineDash([...dash]);
  brush.stroke();
  brush.setLineDash([]);
}

function clearTag(brush: Brush, node: number, buffers: RenderBuffers, zoom: number): void {
  const [x, y, width, height] = boxAt(buffers, node);
  const tag = buffers.tags[node] ?? 0;
  if (tag > 0 && zoom >= FULL_FROM) brush.clearRect(x + width - 12 - tag, y + height - 7, tag, 18);
}

function textOf(numbers: readonly number[]): string {
  return numbers.length > 3 ? `${numbers[0] ?? ""}…${numbers.at(-1) ?? ""}` : numbers.join("·");
}

/** A disc with a text around the origin, filled or hollow; answers its width. */
function disc(brush: Brush, text: string, colour: string, palette: Palette, hollow: boolean): number {
  brush.font = `600 11px ${palette.sans}`;
  const width = Math.max(20, brush.measureText(text).width + 11);
  roundBox(brush, -13, -13, width + 6, 26, 13);
  brush.fillStyle = palette.canvas;
  brush.fill();
  roundBox(brush, -10, -10, width, 20, 10);
  brush.fillStyle = brush.strokeStyle = colour;
  brush.lineWidth = 1.2;
  if (hollow) brush.stroke();
  else brush.fill();
  brush.fillStyle = hollow ? colour : palette.ink;
  brush.textAlign = "center";
  brush.textBaseline = "middle";
  brush.fillText(text, width / 2 - 10, 0.5);
  return width;
}

/** All legs as one path; false if there are none. */
function traceLegs(brush: Brush, legs: readonly Leg[]): boolean {
  brush.beginPath();
  for (const leg of legs) {
    for (let i = 0; i < POINTS; i++) {
      const [x, y] = shifted(leg, i);
      if (i === 0) brush.moveTo(x, y);
      else brush.lineTo(x, y);
    }
  }
  return legs.length > 0;
}

/** A point of a leg, set aside by its lane if several paths share an edge. */
function shifted({ table, lane }: Leg, i: number): [number, number] {
  const [x, y] = [table[i * 2] ?? 0, table[i * 2 + 1] ?? 0];
  if (lane === 0) return [x, y];
  const [a, b] = [Math.max(0, i - 1) * 2, Math.min(POINTS - 1, i + 1) * 2];
  const [dx, dy] = [(table[b] ?? 0) - (table[a] ?? 0), (table[b + 1] ?? 0) - (table[a + 1] ?? 0)];
  const length = Math.hypot(dx, dy) || 1;
  const off = Math.ceil(lane / 2) * (lane % 2 ? 3.5 : -3.5);
  return [x - (dy / length) * off, y + (dx / length) * off];
}

/** An arrow's head at the end of a table. */
export function arrowAt(brush: Brush, table: Float32Array, colour: string): void {
  arrow(brush, { table, label: -1, lane: 0, jump: false, inferred: false }, colour);
}

function arrow(brush: Brush, leg: Leg, colour: string): void {
  const last = POINTS - 1;
  const [x, y] = shifted(leg, last);
  const [px, py] = shifted(leg, last - 1);
  const length = Math.hypot(x - px, y - py) || 1;
  const [dx, dy] = [(x - px) / length, (y - py) / length];
  brush.fillStyle = colour;
  brush.beginPath();
  brush.moveTo(x, y);
  brush.lineTo(x - dx * 8 - dy * 4, y - dy * 8 + dx * 4);
  brush.lineTo(x - dx * 8 + dy * 4, y - dy * 8 - dx * 4);
  brush.fill();
}

function clearLabel(brush: Brush, { label }: Leg, buffers: RenderBuffers, near: Near): void {
  if (label < 0 || (buffers.labels[label * 3 + 2] ?? 0) === 0) return;
  const [x, y] = [buffers.labels[label * 3] ?? 0, buffers.labels[label * 3 + 1] ?? 0];
  const [left, top] = [x - LABEL.width / 2, y - LABEL.height / 2];
  if (near([left, top, left + LABEL.width, top + LABEL.height])) brush.clearRect(left, top, LABEL.width, LABEL.height);
}
