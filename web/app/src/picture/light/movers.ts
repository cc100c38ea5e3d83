/** The light that moves: rings, particles and heads, drawn over a copy of the standing light. */
import type { Camera, Palette, Stock } from "./command.ts";
import type { Heads } from "./heads.ts";
import type { Legibility } from "./legibility.ts";
import type { Particles } from "./particles.ts";
import { boxAt } from "./paths.ts";
import { RING_REACH, ringProgress, type Rings } from "./rings.ts";
import { CORNER, dotSprite, roundBox, type Brush, type Surface } from "./sprites.ts";
import type { Tiles } from "./tiles.ts";
import { inView, scaleOf } from "./view.ts";

/** What moves, and how it looks. */
export interface Moving {
  readonly stock: Stock;
  readonly palette: Palette;
  readonly camera: Camera;
  readonly rings: Rings;
  readonly particles: Particles;
  readonly heads: Heads;
  readonly legibility: Legibility;
}

/** Below this zoom rings are plain rectangles and dots are squares: nobody sees the difference, and it costs a third. */
const PLAIN = 0.3;
const DOT = 8;
const HEAD = 13;

/** Draws what moves, and says which parts of the canvas that takes. */
export class Movers {
  private dots: { full: Surface; small: Surface; hollow: Surface; scale: number; palette: Palette } | null = null;

  /** Marks the tiles under everything that moves. */
  mark(tiles: Tiles, { stock, camera, rings, particles, heads }: Moving): void {
    const mark = (x0: number, y0: number, x1: number, y1: number) => {
      const seen = inView(camera, x0, y0, x1, y1);
      if (seen) tiles.mark(...seen);
    };
    const reach = RING_REACH + 2;
    for (const { node } of rings.live) {
      const [x, y, width, height] = boxAt(stock, node);
      mark(x - reach, y - reach, x + width + reach, y + height + reach);
    }
    for (const { leg, x, y } of particles.live) if (leg >= 0) mark(x - DOT, y - DOT, x + DOT, y + DOT);
    for (const { x, y, legs } of heads.live.values()) if (legs.length) mark(x - HEAD, y - HEAD, x + HEAD, y + HEAD);
  }

  /** Draws in canvas units; the brush is already set to them. */
  draw(brush: Brush, moving: Moving, now: number): void {
    this.rings(brush, moving, now);
    this.particles(brush, moving);
    for (const { x, y, hue, legs } of moving.heads.live.values()) {
      if (legs.length) head(brush, x, y, moving.palette.follow[hue] ?? moving.palette.activity);
    }
    brush.globalAlpha = 1;
  }

  private rings(brush: Brush, { stock, palette, camera, rings }: Moving, now: number): void {
    const plain = camera.zoom < PLAIN;
    brush.strokeStyle = palette.activity;
    for (const ring of rings.live) {
      const [x, y, width, height] = boxAt(stock, ring.node);
      const part = ringProgress(ring.born, now);
      const out = 1 + part * RING_REACH;
      if (!inView(camera, x - out, y - out, x + width + out, y + height + out)) continue;
      brush.globalAlpha = ring.strength * (1 - part);
      brush.lineWidth = plain ? 2 / camera.zoom / camera.ratio : 2;
      if (ring.late) brush.setLineDash([6, 5]);
      if (plain) {
        brush.strokeRect(x - out, y - out, width + out * 2, height + out * 2);
      } else {
        roundBox(brush, x - out, y - out, width + out * 2, height + out * 2, CORNER + out);
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
      else brush.drawImage(inferred ? dots.hollow : manner === "dots" ? dots.small : dots.full, x - DOT, y - DOT, DOT * 2, DOT * 2);
    }
  }
}

function head(brush: Brush, x: number, y: number, colour: string): void {
  for (const [radius, fill, alpha] of [[12, colour, 0.28], [5.5, colour, 1], [2.6, "#ffffff", 1]] as const) {
    brush.globalAlpha = alpha;
    brush.fillStyle = fill;
    brush.beginPath();
    brush.arc(x, y, radius, 0, Math.PI * 2);
    brush.fill();
  }
}
