/** Followed paths on surfaces of their own, drawn when they change and stamped whenever light beneath or above them does: fifty cost as little as one. */
import { BRIEF_FROM } from "../dom/detail.ts";
import type { Camera, Palette, PathMark, Stock } from "./command.ts";
import { drawStops, drawWays } from "./paths.ts";
import { brushOf, surface, type Brush, type Surface } from "./sprites.ts";
import type { Patch } from "./tiles.ts";
import { toCanvas } from "./view.ts";

export interface Followed {
  readonly paths: readonly PathMark[];
  readonly stock: Stock;
  readonly palette: Palette;
  readonly camera: Camera;
}

/** `ways` lie beneath halos, `stops` above them; both are null while nothing is followed. */
export class Trails {
  private ways: Surface | null = null;
  private stops: Surface | null = null;
  private shown: Followed | null = null;

  /** Draws anew what is not drawn as it stands: only within the patches where nothing but paths has changed. `width` and `height` are device pixels. */
  refresh(from: Followed, width: number, height: number, patches: readonly Patch[]): void {
    const { shown } = this;
    if (from.paths.length === 0) {
      this.ways = this.stops = this.shown = null;
      return;
    }
    const fits = this.ways?.width === width && this.ways.height === height;
    const whole = !fits || shown === null || shown.stock !== from.stock || shown.palette !== from.palette || shown.camera !== from.camera;
    if (!whole && shown.paths === from.paths) return;
    if (!fits) [this.ways, this.stops] = [surface(width, height), surface(width, height)];
    this.shown = { paths: from.paths, stock: from.stock, palette: from.palette, camera: from.camera };
    const { paths, stock, palette, camera } = from;
    const within: readonly Patch[] = whole ? [[0, 0, width, height]] : patches;
    draw(this.ways, camera, within, (brush) => { drawWays(brush, paths, stock, palette, camera.zoom >= BRIEF_FROM); });
    draw(this.stops, camera, within, (brush) => { drawStops(brush, paths, stock, palette, camera.zoom); });
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
