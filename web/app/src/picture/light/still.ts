/** The light that stands: halos, busy edges by thickness, followed paths; kept on a surface of its own and repaired in patches. */
import { BRIEF_FROM, FULL_FROM } from "../dom/detail.ts";
import { POINTS } from "../geometry/curve.ts";
import { LABEL } from "../geometry/labels.ts";
import { amount } from "../card/words.ts";
import type { Camera, Palette, PathMark, Stock } from "./command.ts";
import type { Glow } from "./glow.ts";
import { widthFor, type Legibility } from "./legibility.ts";
import { boxAt, freeTags } from "./paths.ts";
import { brushOf, HALO, haloSprite, surface, type Brush, type Surface } from "./sprites.ts";
import { inView, scaleOf, toCanvas } from "./view.ts";
import type { Patch } from "./tiles.ts";
import { Trails } from "./trails.ts";

/** How opaque a busy edge is: a level to read, not a light to look at. */
const BUSY = 0.6;

/** What the standing light is drawn from. */
export interface Standing {
  readonly stock: Stock;
  readonly palette: Palette;
  readonly camera: Camera;
  readonly glow: Glow;
  readonly legibility: Legibility;
  readonly paths: readonly PathMark[];
}

/** Keeps the surface; `canvas` is copied from by whoever draws what moves. */
export class Still {
  canvas: Surface = surface(1, 1);
  private brush: Brush = brushOf(this.canvas);
  private readonly trails = new Trails();
  private halo: { sprite: Surface; scale: number; palette: Palette } | null = null;

  resize(width: number, height: number): void {
    this.canvas = surface(width, height);
    this.brush = brushOf(this.canvas);
  }

  /** Draws the patches anew; `rough` allows a halo of another scale to be stretched, while zooming. */
  repair(patches: readonly Patch[], from: Standing, now: number, rough: boolean): void {
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
    this.halos(patches, from, rough);
    this.busy(from, now);
    freeTags(brush, from.paths, from.stock, from.camera.zoom);
    brush.setTransform(1, 0, 0, 1, 0, 0);
    this.trails.stamp(brush, "stops", patches);
    brush.restore();
  }

  private halos(patches: readonly Patch[], { stock, palette, camera, glow }: Standing, rough: boolean): void {
    const { brush } = this;
    const scale = scaleOf(camera);
    const nodes = stock.boxes.length / 4;
    const [, , width, height] = boxAt(stock, 0);
    if (nodes === 0) return;
    if (this.halo?.palette !== palette || (!rough && this.halo.scale !== scale)) this.halo = { sprite: haloSprite(width, height, scale, palette), scale, palette };
    for (let node = 0; node < nodes; node++) {
      const strength = glow.of(node);
      if (strength < 0.02) continue;
      const [x, y] = boxAt(stock, node);
      const seen = inView(camera, x - HALO, y - HALO, x + width + HALO, y + height + HALO);
      if (!seen || !patches.some((patch) => touches(patch, seen))) continue;
      brush.globalAlpha = Math.min(1, 0.15 + strength * 0.85);
      brush.drawImage(this.halo.sprite, x - HALO, y - HALO, width + HALO * 2, height + HALO * 2);
    }
    brush.globalAlpha = 1;
  }

  private busy({ stock, palette, legibility, camera }: Standing, now: number): void {
    const { brush } = this;
    brush.setLineDash([]);
    brush.lineCap = "butt";
    for (const edge of legibility.wide()) {
      const rate = legibility.rate(edge, now);
      const [x, y, lines] = [stock.labels[edge * 3] ?? 0, stock.labels[edge * 3 + 1] ?? 0, stock.labels[edge * 3 + 2] ?? 0];
      brush.beginPath();
      for (let i = 0; i < POINTS; i++) brush.lineTo(stock.tables[(edge * POINTS + i) * 2] ?? 0, stock.tables[(edge * POINTS + i) * 2 + 1] ?? 0);
      brush.globalAlpha = BUSY;
      brush.strokeStyle = palette.activity;
      brush.lineWidth = widthFor(rate);
      brush.stroke();
      brush.globalAlpha = 1;
      if (lines > 0 && camera.zoom >= BRIEF_FROM) brush.clearRect(x - LABEL.width / 2, y - LABEL.height / 2, LABEL.width, LABEL.height);
      if (lines > 1 && camera.zoom >= BRIEF_FROM) {
        brush.clearRect(x - LABEL.width / 2, y + LABEL.height / 2, LABEL.width, LABEL.line);
        brush.font = `500 ${camera.zoom >= FULL_FROM ? 10.5 : 12.5}px ${palette.mono}`;
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
