/** Standing light: halos and busy edges, kept on a surface of its own and repaired in patches. */
import { POINTS } from "./curve.ts";
import { BRIEF_FROM, type EdgeDetail, FULL_FROM, resized, widthFor } from "./detail.ts";
import { type Edges, meet, type Patch, reachOf } from "./dirtyTiles.ts";
import { arrowAt, clearTags, type Near, PathLayer } from "./pathLayer.ts";
import { type Camera, fromCanvas, inView, type JumpMark, LABEL, type Palette, type PathMark, type RenderBuffers, scaleOf, toCanvas, boxAt, type Brush, type Surface } from "./protocol.ts";
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

/** Halos that are kept: of each size of node, step of glow and place between pixels. */
const MOST_HALOS = 256;
/** A halo drawn at its own pixels costs a third of one between them. Up to this many pixels a
 * canvas unit it has a place at every half of one, so that it stays on its card's border.
 */
const HALVED_TO = 1.25;

/** Halos of one scale, by size and step: one for each place between pixels. */
interface Halos {
  readonly sprites: Map<string, (Surface | undefined)[]>;
  readonly scale: number;
  readonly palette: Palette;
  made: number;
}

/** A node that glows: how strongly, where its halo begins, and its edges, in device pixels. */
interface Glowing {
  readonly node: number;
  readonly strength: number;
  readonly left: number;
  readonly top: number;
  readonly edges: Edges;
}

/** Keeps the surface; the renderer copies `canvas` under what moves. */
export class StaticLayer {
  canvas: Surface = surface(1, 1);
  private brush: Brush = brushOf(this.canvas);
  private readonly trails = new PathLayer();
  private halo: Halos | null = null;

  resize(width: number, height: number): void {
    this.canvas = surface(width, height);
    this.brush = brushOf(this.canvas);
  }

  /** Draws the patches anew, of followed paths those in `paths`; with `rough`, a halo of another
   * scale is stretched while zooming.
   */
  repair(patches: readonly Patch[], from: StaticInput, now: number, rough: boolean, paths: readonly Patch[] = patches): void {
    const { brush } = this;
    this.trails.refresh(from, this.canvas.width, this.canvas.height, paths);
    const glowing = glowingOf(from);
    for (const patch of patches) {
      const [x, y, width, height] = patch;
      const seen = fromCanvas(from.camera, patch);
      const near: Near = (edges) => meet(edges, seen);
      brush.save();
      brush.setTransform(1, 0, 0, 1, 0, 0);
      brush.clearRect(x, y, width, height);
      brush.beginPath();
      brush.rect(x, y, width, height);
      brush.clip();
      this.trails.stamp(brush, "ways", patch, near);
      toCanvas(brush, from.camera);
      this.jumps(from, near);
      brush.setTransform(1, 0, 0, 1, 0, 0);
      this.halos(patch, glowing, from, rough);
      toCanvas(brush, from.camera);
      this.busy(from, now, near);
      clearTags(brush, from.paths, from.buffers, from.camera.zoom, near);
      brush.setTransform(1, 0, 0, 1, 0, 0);
      this.trails.stamp(brush, "stops", patch, near);
      brush.restore();
    }
  }

  /** Stamps the halos that reach into a patch; the brush must speak device pixels. */
  private halos([x, y, width, height]: Patch, glowing: readonly Glowing[], { buffers, palette, camera }: StaticInput, rough: boolean): void {
    const { brush } = this;
    const scale = scaleOf(camera);
    if (this.halo?.palette !== palette || (!rough && this.halo.scale !== scale) || this.halo.made > MOST_HALOS) this.halo = { sprites: new Map(), scale, palette, made: 0 };
    const { halo } = this;
    const places = halo.scale < HALVED_TO ? 2 : 1;
    const stretch = scale / halo.scale;
    for (const { node, strength, left, top, edges } of glowing) {
      if (!meet(edges, [x, y, x + width, y + height])) continue;
      const [, , wide, high] = boxAt(buffers, node);
      const step = Math.max(1, Math.ceil(strength * HALO_STEPS));
      const key = `${wide} ${high} ${step}`;
      const sprites = halo.sprites.get(key) ?? [];
      halo.sprites.set(key, sprites);
      const [right, down] = [Math.round(left * places), Math.round(top * places)];
      const [shiftX, shiftY] = [right - Math.floor(right / places) * places, down - Math.floor(down / places) * places];
      const place = shiftX * places + shiftY;
      let sprite = sprites[place] ?? (stretch === 1 ? undefined : sprites.find(Boolean));
      if (!sprite) {
        sprite = sprites[place] = haloSprite(wide, high, halo.scale, palette, step, [shiftX / places, shiftY / places]);
        halo.made += 1;
      }
      brush.globalAlpha = Math.min(1, 0.15 + strength * 0.85);
      if (stretch === 1) brush.drawImage(sprite, Math.floor(right / places), Math.floor(down / places));
      else brush.drawImage(sprite, left, top, sprite.width * stretch, sprite.height * stretch);
    }
    brush.globalAlpha = 1;
  }

  private jumps({ jumps, palette, camera, paths }: StaticInput, near: Near): void {
    const shown = jumps.filter(({ table }) => near(reachOf(table)));
    if (shown.length === 0) return;
    const { brush } = this;
    const followed = new Set(paths.flatMap(({ legs }) => legs.map(({ table }) => table)));
    brush.lineCap = "round";
    brush.textAlign = "center";
    brush.textBaseline = "middle";
    brush.strokeStyle = palette.jump;
    for (const { table, count } of shown) {
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

  private busy({ buffers, palette, legibility, camera }: StaticInput, now: number, near: Near): void {
    const { brush } = this;
    brush.setLineDash([]);
    brush.lineCap = "butt";
    for (const edge of legibility.wide()) {
      if (!near(reachOf(buffers.tables.subarray(edge * POINTS * 2, (edge + 1) * POINTS * 2)))) continue;
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

/** The nodes that glow and are in view. */
function glowingOf({ buffers, camera, glow }: StaticInput): Glowing[] {
  const scale = scaleOf(camera);
  const found: Glowing[] = [];
  for (let node = 0; node < buffers.boxes.length / 4; node++) {
    const strength = glow.of(node);
    if (strength < 0.02) continue;
    const [x, y, width, height] = boxAt(buffers, node);
    if (width <= 0) continue;
    const edges = inView(camera, x - HALO, y - HALO, x + width + HALO, y + height + HALO);
    if (edges) found.push({ node, strength, left: (x - HALO) * scale + camera.x * camera.ratio, top: (y - HALO) * scale + camera.y * camera.ratio, edges });
  }
  return found;
}

/** Time in which the shown glow comes two thirds of the way: quick up, slow down. */
const RISE_MS = 90;
const FALL_MS = 420;
/** Changes of glow that the eye does not see are not drawn. */
const VISIBLE = 0.035;
/** Halos drawn anew in a frame at most, unless so many glow that they would take more frames than
 * these: as long as a glow falls.
 */
const MOST_PAINTED = 6;
const ALL_WITHIN = 25;

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

  /** Moves on by `elapsed` ms and calls `paint` for nodes whose change can be seen: those that
   * changed most, and of many only as many as a frame has time for; the others follow in the next.
   */
  advance(elapsed: number, paint: (node: number) => void): void {
    const seen: { readonly node: number; readonly change: number }[] = [];
    const most = elapsed === 0 ? Infinity : Math.max(MOST_PAINTED, this.moving.size / ALL_WITHIN);
    for (const node of this.moving) {
      const [wanted, before] = [this.wanted[node] ?? 0, this.shown[node] ?? 0];
      const part = 1 - Math.exp(-elapsed / (wanted > before ? RISE_MS : FALL_MS));
      const shown = Math.abs(wanted - before) < 0.01 ? wanted : before + (wanted - before) * part;
      this.shown[node] = shown;
      const change = Math.abs(shown - (this.painted[node] ?? 0));
      if (change > VISIBLE || (shown === wanted && shown === 0 && change > 0)) seen.push({ node, change });
      else if (shown === wanted) this.moving.delete(node);
    }
    if (seen.length > most) seen.sort((a, b) => b.change - a.change).length = Math.ceil(most);
    for (const { node } of seen) {
      const shown = this.shown[node] ?? 0;
      this.painted[node] = shown;
      if (shown === this.wanted[node]) this.moving.delete(node);
      paint(node);
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
