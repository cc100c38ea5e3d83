/** Followed paths, drawn on surfaces of their own and stamped: fifty cost as little as one. */
import { POINTS } from "./curve.ts";
import { BRIEF_FROM, FULL_FROM } from "./detail.ts";
import type { Patch } from "./dirtyTiles.ts";
import { boxAt, type Camera, LABEL, type Leg, type Palette, type PathMark, type RenderBuffers, toCanvas, type Brush, type Surface } from "./protocol.ts";
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
    draw(this.ways, camera, within, (brush) => { drawLegs(brush, paths, buffers, palette, camera.zoom >= BRIEF_FROM); });
    draw(this.stops, camera, within, (brush) => { drawStops(brush, paths, buffers, palette, camera.zoom); });
  }

  /** Stamps one of the two within the patches; the brush must speak device pixels. */
  stamp(brush: Brush, which: "ways" | "stops", patches: readonly Patch[]): void {
    const from = this[which];
    if (from) for (const [x, y, width, height] of patches) brush.drawImage(from, x, y, width, height, x, y, width, height);
  }
}

function draw(on: Surface | null, camera: Camera, within: readonly Patch[], paint: (brush: Brush) => void): void {
  if (!on) return;
  const brush = brushOf(on);
  brush.save();
  brush.setTransform(1, 0, 0, 1, 0, 0);
  brush.beginPath();
  for (const [x, y, width, height] of within) {
    brush.clearRect(x, y, width, height);
    brush.rect(x, y, width, height);
  }
  brush.clip();
  toCanvas(brush, camera);
  paint(brush);
  brush.restore();
}

/** Each hue has its own dash, so that paths can be distinguished without colour. */
export const DASHES: readonly (readonly number[])[] = [[], [9, 5], [2, 5], [14, 4, 3, 4], [5, 3], [1.5, 3.5]];

/** Traces drawn at most: as many as can be followed. */
export const MOST_PATHS = 50;
/** Discs at one card; the rest becomes a number. */
const MOST_DISCS = 4;

/** The ways of all paths, in canvas units; if `labels` are shown they stay free of them. */
export function drawLegs(brush: Brush, paths: readonly PathMark[], buffers: RenderBuffers, palette: Palette, labels: boolean): void {
  brush.lineCap = "round";
  for (const path of paths) {
    const colour = palette.follow[path.hue] ?? palette.activity;
    const dash = DASHES[path.hue] ?? [];
    brush.strokeStyle = colour;
    const plain = path.legs.filter((leg) => !leg.inferred && !leg.jump);
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
    for (const [legs, width, pattern] of [[path.legs.filter((leg) => leg.inferred && !leg.jump), 1.1, dash], [path.legs.filter((leg) => leg.jump), 2.2, [6, 6]]] as const) {
      if (!traceLegs(brush, legs)) continue;
      brush.lineWidth = width;
      brush.setLineDash([...pattern]);
      brush.stroke();
    }
    brush.setLineDash([]);
    for (const leg of path.legs) if (!leg.jump) arrow(brush, leg, colour);
  }
  if (labels) for (const path of paths) for (const leg of path.legs) clearLabel(brush, leg, buffers);
}

/** Outlines and numbered discs on the cards of all paths; discs grow as the view zooms out. */
export function drawStops(brush: Brush, paths: readonly PathMark[], buffers: RenderBuffers, palette: Palette, zoom: number): void {
  const large = Math.min(2.2, Math.max(1, 0.8 / zoom));
  const discs = new Map<number, number>();
  const taken = new Map<number, number>();
  brush.globalAlpha = 1;
  for (const path of paths) {
    brush.strokeStyle = palette.follow[path.hue] ?? palette.activity;
    for (const { node } of path.stops) outline(brush, path, node, buffers, palette.corner, DASHES[path.hue] ?? [], 1.5);
    for (const node of path.passed) outline(brush, path, node, buffers, palette.corner, PASSED, 1);
    for (const node of nodesOf(path)) clearTag(brush, node, buffers, zoom);
  }
  const put = (node: number, text: string, colour: string, hollow: boolean): void => {
    const [x, y] = boxAt(buffers, node);
    const shift = taken.get(node) ?? 0;
    brush.save();
    brush.translate(x - 3 + shift * large, y - 3 - (large - 1) * 11);
    brush.scale(large, large);
    taken.set(node, shift + disc(brush, text, colour, palette, hollow) + 4);
    brush.restore();
  };
  for (const path of paths) {
    const colour = palette.follow[path.hue] ?? palette.activity;
    for (const { node, text } of [...path.stops.map(({ node, numbers }) => ({ node, text: textOf(numbers) })), ...path.passed.map((node) => ({ node, text: "" }))]) {
      const before = discs.get(node) ?? 0;
      discs.set(node, before + 1);
      if (before < MOST_DISCS) put(node, text || "≈", colour, text === "");
    }
  }
  for (const [node, many] of discs) if (many > MOST_DISCS) put(node, `+${many - MOST_DISCS}`, palette.activityText, true);
}

/** Keeps tags at the cards' feet free of the outlines that pass them. */
export function clearTags(brush: Brush, paths: readonly PathMark[], buffers: RenderBuffers, zoom: number): void {
  for (const path of paths) for (const node of nodesOf(path)) clearTag(brush, node, buffers, zoom);
}

function nodesOf({ stops, passed }: PathMark): readonly number[] {
  return [...stops.map(({ node }) => node), ...passed];
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

function clearLabel(brush: Brush, { label }: Leg, buffers: RenderBuffers): void {
  if (label < 0 || (buffers.labels[label * 3 + 2] ?? 0) === 0) return;
  const [x, y] = [buffers.labels[label * 3] ?? 0, buffers.labels[label * 3 + 1] ?? 0];
  brush.clearRect(x - LABEL.width / 2, y - LABEL.height / 2, LABEL.width, LABEL.height);
}
