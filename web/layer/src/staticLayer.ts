/** Standing light: halos and busy edges, kept on a surface of its own and repaired in patches. */
import { POINTS } from "./curve.ts";
import { BRIEF_FROM, type EdgeDetail, FULL_FROM, resized, widthFor } from "./detail.ts";
import type { Patch } from "./dirtyTiles.ts";
import { arrowAt, clearTags, PathLayer } from "./pathLayer.ts";
import { type Camera, inView, type JumpMark, LABEL, type Palette, type PathMark, type RenderBuffers, scaleOf, toCanvas, boxAt, type Brush, type Surface } from "./protocol.ts";
import { brushOf, HALO, HALO_STEPS, haloSprite, roundBox, surface } from "./sprites.ts";

/** How opaque a busy edge is: a level to read, not a light to look at. */
const BUSY = 0.6;

/** What the standing light is drawn from. */
export interface StaticInput {
  readonly buffers: RenderBuffers;
  readonly palette: Palette;
  readonly camera: Camera;
  readonly glow: Glow;
  readonly legibility: EdgeDetail;
  readonly paths: readonly PathMark[];
  readonly jumps: readonly JumpMark[];
}

/** Halos that are kept: of each size of node and step of glow; more are made anew. */
const MOST_HALOS = 64;

/** Keeps the surface; the renderer copies `canvas` under what moves. */
export class StaticLayer {
  canvas: Surface = surface(1, 1);
  private brush: Brush = brushOf(this.canvas);
  private readonly trails = new PathLayer();
  private halo: { sprites: Map<string, Surface>; scale: number; palette: Palette } | null = null;

  resize(width: number, height: number): void {
    this.canvas = surface(width, height);
    this.brush = brushOf(this.canvas);
  }

  /** Draws the patches anew; with `rough`, a halo of another scale is stretched while zooming. */
  repair(patches: readonly Patch[], from: StaticInput, now: number, rough: boolean): void {
    const { brush } = this;
    brush.save();
    brush.setTransform(1, 0, 0, 1, 0, 0);
    brush.beginPath();
    for (const [x, y, width, height] of patches) {
      brush.clearRect(x, y, width, height);
      brush.rect(x, y, width, height);
    }
    brush.clip();
    this.trails.refresh(from, this.canvas.width, this.canvas.height, patches);
    this.trails.stamp(brush, "ways", patches);
    toCanvas(brush, from.camera);
    this.jumps(from);
    this.halos(patches, from, rough);
    this.busy(from, now);
    clearTags(brush, from.paths, from.buffers, from.camera.zoom);
    brush.setTransform(1, 0, 0, 1, 0, 0);
    this.trails.stamp(brush, "stops", patches);
    brush.restore();
  }

  private halos(patches: readonly Patch[], { buffers, palette, camera, glow }: StaticInput, rough: boolean): void {
    const { brush } = this;
    const scale = scaleOf(camera);
    const nodes = buffers.boxes.length / 4;
    if (this.halo?.palette !== palette || (!rough && this.halo.scale !== scale) || this.halo.sprites.size > MOST_HALOS) this.halo = { sprites: new Map(), scale, palette };
    for (let node = 0; node < nodes; node++) {
      const strength = glow.of(node);
      if (strength < 0.02) continue;
      const [x, y, width, height] = boxAt(buffers, node);
      if (width <= 0) continue;
      const seen = inView(camera, x - HALO, y - HALO, x + width + HALO, y + height + HALO);
      if (!seen || !patches.some((patch) => touches(patch, seen))) continue;
      brush.globalAlpha = Math.min(1, 0.15 + strength * 0.85);
      const step = Math.max(1, Math.ceil(strength * HALO_STEPS));
      const size = `${width} ${height} ${step}`;
      const sprite = this.halo.sprites.get(size) ?? haloSprite(width, height, scale, palette, step);
      this.halo.sprites.set(size, sprite);
      brush.drawImage(sprite, x - HALO, y - HALO, width + HALO * 2, height + HALO * 2);
    }
    brush.globalAlpha = 1;
  }

  private jumps({ jumps, palette, camera, paths }: StaticInput): void {
    const { brush } = this;
    const followed = new Set(paths.flatMap(({ legs }) => legs.map(({ table }) => table)));
    brush.lineCap = "round";
    brush.textAlign = "center";
    brush.textBaseline = "middle";
    brush.strokeStyle = palette.jump;
    for (const { table, count } of jumps) {
      if (!followed.has(table)) {
        brush.lineWidth = 1.8;
        brush.setLineDash([6, 6]);
        brush.beginPath();
        for (let i = 0; i < POINTS; i++) brush.lineTo(table[i * 2] ?? 0, table[i * 2 + 1] ?? 0);
        brush.stroke();
        brush.setLineDash([]);
        arrowAt(brush, table, palette.jump);
      }
      if (camera.zoom < BRIEF_FROM) continue;
      const [x, y] = [table[POINTS] ?? 0, table[POINTS + 1] ?? 0];
      const text = `${amount(count)}×`;
      const size = typeSize(camera);
      const width = size + text.length * size * 0.64;
      roundBox(brush, x - width / 2, y - size * 0.8, width, size * 1.6, size * 0.8);
      brush.fillStyle = palette.canvas;
      brush.fill();
      brush.lineWidth = 1;
      brush.stroke();
      brush.fillStyle = palette.jump;
      brush.font = `500 ${size}px ${palette.mono}`;
      brush.fillText(text, x, y + 0.5);
    }
  }

  private busy({ buffers, palette, legibility, camera }: StaticInput, now: number): void {
    const { brush } = this;
    brush.setLineDash([]);
    brush.lineCap = "butt";
    for (const edge of legibility.wide()) {
      const rate = legibility.rate(edge, now);
      const [x, y, lines] = [buffers.labels[edge * 3] ?? 0, buffers.labels[edge * 3 + 1] ?? 0, buffers.labels[edge * 3 + 2] ?? 0];
      brush.beginPath();
      for (let i = 0; i < POINTS; i++) brush.lineTo(buffers.tables[(edge * POINTS + i) * 2] ?? 0, buffers.tables[(edge * POINTS + i) * 2 + 1] ?? 0);
      brush.globalAlpha = BUSY;
      brush.strokeStyle = palette.activity;
      brush.lineWidth = widthFor(rate);
      brush.stroke();
      brush.globalAlpha = 1;
      if (lines > 0 && camera.zoom >= FULL_FROM) brush.clearRect(x - LABEL.width / 2, y - LABEL.height / 2, LABEL.width, LABEL.height);
      if (lines > 1 && camera.zoom >= FULL_FROM) {
        brush.clearRect(x - LABEL.width / 2, y + LABEL.height / 2, LABEL.width, LABEL.line);
        brush.font = `500 ${typeSize(camera)}px ${palette.mono}`;
        brush.textAlign = "center";
        brush.textBaseline = "middle";
        brush.fillStyle = palette.activityText;
        brush.fillText(`${amount(Math.max(1, rate))}/s`, x, y + LABEL.line);
      }
    }
  }
}

function touches([x, y, width, height]: Patch, [x0, y0, x1, y1]: readonly [number, number, number, number]): boolean {
  return x0 < x + width && x < x1 && y0 < y + height && y < y1;
}

/** Time in which the shown glow comes two thirds of the way: quick up, slow down. */
const RISE_MS = 90;
const FALL_MS = 420;
/** Changes of glow that the eye does not see are not drawn. */
const VISIBLE = 0.035;

/** The glow of all nodes, 0 to 1. */
export class Glow {
  private wanted = new Float32Array(0);
  private shown = new Float32Array(0);
  private painted = new Float32Array(0);
  private moving = new Set<number>();

  /** Makes room for so many nodes; what glows stays. */
  resize(nodes: number): void {
    this.wanted = resized(this.wanted, nodes);
    this.shown = resized(this.shown, nodes);
    this.painted = resized(this.painted, nodes);
    for (const node of this.moving) if (node >= nodes) this.moving.delete(node);
  }

  get still(): boolean {
    return this.moving.size === 0;
  }

  /** Sets what every node should come to; `at once` skips the easing. */
  aim(glow: Float32Array, atOnce: boolean): void {
    const nodes = Math.min(glow.length, this.wanted.length);
    for (let node = 0; node < nodes; node++) {
      const value = glow[node] ?? 0;
      this.wanted[node] = value;
      if (atOnce) this.shown[node] = value;
      if (Math.abs(value - (this.painted[node] ?? 0)) > VISIBLE) this.moving.add(node);
    }
  }

  /** Raises one node to at least `glow`: a hit is seen before the next levels come. */
  raise(node: number, glow: number): void {
    if ((this.wanted[node] ?? 1) >= glow) return;
    this.wanted[node] = glow;
    this.moving.add(node);
  }

  /** Moves on by `elapsed` ms and calls `paint` for each node whose change can be seen. */
  advance(elapsed: number, paint: (node: number) => void): void {
    for (const node of this.moving) {
      const [wanted, before] = [this.wanted[node] ?? 0, this.shown[node] ?? 0];
      const part = 1 - Math.exp(-elapsed / (wanted > before ? RISE_MS : FALL_MS));
      const shown = Math.abs(wanted - before) < 0.01 ? wanted : before + (wanted - before) * part;
      this.shown[node] = shown;
      if (Math.abs(shown - (this.painted[node] ?? 0)) > VISIBLE || (shown === wanted && shown === 0 && (this.painted[node] ?? 0) > 0)) {
        this.painted[node] = shown;
        paint(node);
      }
      if (shown === wanted) this.moving.delete(node);
    }
  }

  /** What is on the canvas for a node. */
  of(node: number): number {
    return this.painted[node] ?? 0;
  }
}

/** No text is smaller than this in canvas units, nor, unless the camera says more, on screen. */
const LEAST_TEXT = 11;

/** The size of text, in canvas units. */
function typeSize({ zoom, text = LEAST_TEXT }: Camera): number {
  return Math.max(LEAST_TEXT, text / zoom);
}

/** A count or rate in at most four figures. */
export function amount(value: number): string {
  if (value <= 0) return "0";
  if (value < 9.95) return value < 0.05 ? "<0.1" : value.toFixed(1).replace(/\.0$/, "");
  if (value < 999.5) return String(Math.round(value));
  if (value < 9_950) return `${(value / 1000).toFixed(1).replace(/\.0$/, "")}k`;
  if (value < 999_500) return `${Math.round(value / 1000)}k`;
  return `${(value / 1_000_000).toFixed(1).replace(/\.0$/, "")}M`;
}
