/** Moving light: rings, particles and the heads of followed paths. */
import { along, POINTS } from "./curve.ts";
import { type EdgeDetail, resized } from "./detail.ts";
import type { Tiles } from "./dirtyTiles.ts";
import { type Camera, inView, type Leg, type Palette, type PathMark, type RenderBuffers, scaleOf, boxAt, type Brush, type Surface } from "./protocol.ts";
import { cutBox, dotSprite, roundBox } from "./sprites.ts";

/** What moves, and how it looks. */
export interface Moving {
  readonly buffers: RenderBuffers;
  readonly palette: Palette;
  readonly camera: Camera;
  readonly rings: Rings;
  readonly particles: Particles;
  readonly heads: PathHeads;
  readonly legibility: EdgeDetail;
}

/** Below this zoom rings are plain rectangles and dots are squares: the difference cannot be seen,
 * and they cost a third.
 */
const PLAIN = 0.3;
/** Up to this radius, in device pixels, an eighth turn for each half of a corner lies within half a
 * pixel of its curve, and costs half.
 */
const CUT_TO = 8;
/** A ring that is fainter than this shows its corners no better. */
const BLURRED = 0.05;
/** A ring that is fainter than this changes no pixel that the eye could tell. */
const UNSEEN = 0.015;
const DOT_REACH = 8;
const HEAD_REACH = 13;

/** Draws what moves, and says which parts of the canvas that takes. */
export class MovingLayer {
  private dots: { full: Surface; small: Surface; hollow: Surface; scale: number; palette: Palette } | null = null;

  /** Marks the tiles under everything that moves. */
  mark(tiles: Tiles, { buffers, camera, rings, particles, heads }: Moving, now: number): void {
    const mark = (x0: number, y0: number, x1: number, y1: number) => {
      const seen = inView(camera, x0, y0, x1, y1);
      if (seen) tiles.mark(...seen);
    };
    const reach = RING_REACH + 2;
    for (const ring of rings.live) {
      if (alphaOf(ring, now) < UNSEEN) continue;
      const [x, y, width, height] = boxAt(buffers, ring.node);
      mark(x - reach, y - reach, x + width + reach, y + height + reach);
    }
    for (const { leg, x, y } of particles.live) if (leg >= 0) mark(x - DOT_REACH, y - DOT_REACH, x + DOT_REACH, y + DOT_REACH);
    for (const { x, y, legs } of heads.live.values()) if (legs.length) mark(x - HEAD_REACH, y - HEAD_REACH, x + HEAD_REACH, y + HEAD_REACH);
  }

  /** Draws in canvas units; the brush is already set to them. */
  draw(brush: Brush, moving: Moving, now: number): void {
    this.rings(brush, moving, now);
    this.particles(brush, moving);
    for (const { x, y, hue, legs } of moving.heads.live.values()) {
      if (legs.length) drawHead(brush, x, y, moving.palette.follow[hue] ?? moving.palette.activity);
    }
    brush.globalAlpha = 1;
  }

  private rings(brush: Brush, { buffers, palette, camera, rings }: Moving, now: number): void {
    const plain = camera.zoom < PLAIN;
    brush.strokeStyle = palette.activity;
    for (const ring of rings.live) {
      const alpha = alphaOf(ring, now);
      if (alpha < UNSEEN) continue;
      const [x, y, width, height] = boxAt(buffers, ring.node);
      const out = 1 + ringProgress(ring.born, now) * RING_REACH;
      if (width <= 0 || !inView(camera, x - out, y - out, x + width + out, y + height + out)) continue;
      brush.globalAlpha = alpha;
      brush.lineWidth = plain ? 2 / camera.zoom / camera.ratio : 2;
      if (ring.late) brush.setLineDash([6, 5]);
      if (plain) {
        brush.strokeRect(x - out, y - out, width + out * 2, height + out * 2);
      } else {
        const radius = palette.corner + out;
        const box = radius * scaleOf(camera) <= CUT_TO || alpha < BLURRED ? cutBox : roundBox;
        box(brush, x - out, y - out, width + out * 2, height + out * 2, radius);
        brush.stroke();
      }
      if (ring.late) brush.setLineDash([]);
    }
  }

  private particles(brush: Brush, { palette, camera, particles, legibility }: Moving): void {
    const scale = scaleOf(camera);
    if (this.dots?.palette !== palette || this.dots.scale !== scale) {
      this.dots = { full: dotSprite(scale, palette, "full"), small: dotSprite(scale, palette, "small"), hollow: dotSprite(scale, palette, "hollow"), scale, palette };
    }
    const { dots } = this;
    const plain = camera.zoom < PLAIN;
    brush.globalAlpha = 1;
    brush.fillStyle = palette.activity;
    for (const { edges, leg, x, y, inferred } of particles.live) {
      if (leg < 0) continue;
      const manner = legibility.manner(edges[leg] ?? -1);
      if (manner === "width") continue;
      if (plain) brush.fillRect(x - 4, y - 4, 8, 8);
      else brush.drawImage(inferred ? dots.hollow : manner === "dots" ? dots.small : dots.full, x - DOT_REACH, y - DOT_REACH, DOT_REACH * 2, DOT_REACH * 2);
    }
  }
}

/** How much of a ring is left to see. */
function alphaOf({ born, strength }: Ring, now: number): number {
  return strength * (1 - ringProgress(born, now));
}

function drawHead(brush: Brush, x: number, y: number, colour: string): void {
  for (const [radius, fill, alpha] of [[12, colour, 0.28], [5.5, colour, 1], [2.6, "#ffffff", 1]] as const) {
    brush.globalAlpha = alpha;
    brush.fillStyle = fill;
    brush.beginPath();
    brush.arc(x, y, radius, 0, Math.PI * 2);
    brush.fill();
  }
}

/** How long a node's pulse lasts, in milliseconds: its ring grows and fades. The glow of a node
 * rises and falls on its own (`staticLayer.ts`: `RISE_MS`, `FALL_MS`).
 */
export const RING_MS = 600;
/** How far the ring of a pulse grows, in canvas units. */
export const RING_REACH = 14;

/** One ring on its way. */
export interface Ring {
  node: number;
  born: number;
  strength: number;
  late: boolean;
}

/** The pulses of nodes: the rings in flight. The flash rule starts a node's next one
 * `NODE_INTERVAL_MS` after the last, so that at most two of one node are seen, the older one faint.
 */
export class Rings {
  readonly live: Ring[] = [];
  private readonly spare: Ring[] = [];

  /** Starts a ring. `most` bounds how many fly at once; beyond it the ring is not drawn, but the
   * level still rises.
   */
  start(node: number, strength: number, late: boolean, now: number, most = 2000): void {
    if (this.live.length >= most) return;
    const ring = this.spare.pop() ?? { node: 0, born: 0, strength: 0, late: false };
    ring.node = node;
    ring.born = now;
    ring.strength = strength;
    ring.late = late;
    this.live.push(ring);
  }

  /** Takes out rings that have ended. */
  advance(now: number): void {
    let kept = 0;
    for (const ring of this.live) {
      if (now - ring.born < RING_MS) this.live[kept++] = ring;
      else this.spare.push(ring);
    }
    this.live.length = kept;
  }

  clear(): void {
    this.spare.push(...this.live.splice(0));
  }
}

/** Ease-out of a ring's way, 0 to 1. */
export function ringProgress(born: number, now: number): number {
  const t = Math.min(1, Math.max(0, (now - born) / RING_MS));
  return 1 - (1 - t) ** 3;
}

export const TRAVEL_MS = 900;
export const APART_MS = 120;
export const MOST_PARTICLES = 300;
/** A step that would have to wait longer than this for its edge is not drawn; the edge's rate still
 * counts it.
 */
const PATIENCE_MS = 1000;

/** One step in flight. `starts[i]` is when it enters `edges[i]`. */
export interface Particle {
  edges: readonly number[];
  starts: number[];
  inferred: boolean;
  /** Where it is: index into `edges`, −1 before it starts; `x`, `y` in canvas units. */
  leg: number;
  x: number;
  y: number;
}

/** The particles in flight and the times at which each edge is free again. */
export class Particles {
  readonly live: Particle[] = [];
  private readonly spare: Particle[] = [];
  private free = new Float64Array(0);

  /** Makes room for so many edges; what is in flight stays. */
  resize(edges: number): void {
    this.free = resized(this.free, edges);
  }

  /** Launches a step over `edges`; answers whether it will be drawn. */
  launch(edges: readonly number[], inferred: boolean, now: number, most: number): boolean {
    const first = edges[0];
    if (first === undefined || this.live.length >= most || (this.free[first] ?? 0) - now > PATIENCE_MS) return false;
    const particle = this.spare.pop() ?? { edges, starts: [], inferred, leg: -1, x: 0, y: 0 };
    particle.edges = edges;
    particle.inferred = inferred;
    particle.leg = -1;
    particle.starts.length = 0;
    let at = now;
    for (const edge of edges) {
      at = Math.max(at, this.free[edge] ?? 0);
      this.free[edge] = at + APART_MS;
      particle.starts.push(at);
      at += TRAVEL_MS;
    }
    this.live.push(particle);
    return true;
  }

  /** Moves every particle to where it is at `now`, and takes out those that arrived. */
  advance(now: number, tables: Float32Array): void {
    let kept = 0;
    for (const particle of this.live) {
      if (now >= (particle.starts.at(-1) ?? 0) + TRAVEL_MS) {
        this.spare.push(particle);
        continue;
      }
      this.live[kept++] = particle;
      move(particle, now, tables);
    }
    this.live.length = kept;
  }

  clear(): void {
    this.spare.push(...this.live.splice(0));
    this.free.fill(0);
  }
}

function move(particle: Particle, now: number, tables: Float32Array): void {
  let leg = particle.starts.length - 1;
  while (leg >= 0 && (particle.starts[leg] ?? 0) > now) leg -= 1;
  particle.leg = leg;
  if (leg < 0) return;
  const part = Math.min(1, (now - (particle.starts[leg] ?? 0)) / TRAVEL_MS);
  const offset = (particle.edges[leg] ?? 0) * POINTS * 2;
  [particle.x, particle.y] = along(tables, offset, part);
}

/** A head: how many legs it has behind it, and since when it is on the one it travels. */
export interface PathHead {
  readonly token: string;
  readonly hue: number;
  legs: readonly Leg[];
  done: number;
  since: number;
  x: number;
  y: number;
}

/** A head that has more legs before it than this goes on from the last ones. */
const BEHIND = 4;

/** The heads of all followed traces. */
export class PathHeads {
  readonly live = new Map<string, PathHead>();

  /** Takes the paths as they are now. New legs are travelled; those of a trace first seen are taken
   * as done.
   */
  follow(paths: readonly PathMark[], now: number, still: boolean): void {
    const tokens = new Set(paths.map(({ token }) => token));
    for (const token of this.live.keys()) if (!tokens.has(token)) this.live.delete(token);
    for (const { token, hue, legs } of paths) {
      const known = this.live.get(token);
      const head: PathHead = known?.hue === hue ? known : { token, hue, legs, done: Math.max(0, legs.length - 1), since: now, x: 0, y: 0 };
      const rested = head.done >= head.legs.length;
      head.legs = legs;
      head.done = still ? legs.length : Math.max(Math.min(head.done, legs.length), legs.length - BEHIND);
      if (rested) head.since = now;
      this.live.set(token, head);
    }
  }

  /** Moves the heads; returns whether any is on its way. Legs go faster while several wait. */
  advance(now: number): boolean {
    let moving = false;
    for (const head of this.live.values()) {
      const travel = TRAVEL_MS / Math.max(1, head.legs.length - head.done);
      while (head.done < head.legs.length && now - head.since >= travel) {
        head.done += 1;
        head.since += travel;
      }
      const on = head.legs[head.done];
      const leg = on ?? head.legs.at(-1);
      if (!leg) continue;
      [head.x, head.y] = along(leg.table, 0, on ? Math.max(0, (now - head.since) / travel) : 1);
      moving ||= on !== undefined;
    }
    return moving;
  }
}
