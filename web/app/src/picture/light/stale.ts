/** Which tiles a change of the standing light touches. */
import { POINTS } from "../geometry/curve.ts";
import type { Camera, Stock } from "./command.ts";
import { boxAt } from "./paths.ts";
import { HALO } from "./sprites.ts";
import type { Tiles } from "./tiles.ts";
import { inView } from "./view.ts";

/** Marks a node and its halo. */
export function staleAround(tiles: Tiles, camera: Camera, stock: Stock, node: number): void {
  const [x, y, width, height] = boxAt(stock, node);
  const seen = inView(camera, x - HALO, y - HALO, x + width + HALO, y + height + HALO);
  if (seen) tiles.mark(...seen);
}

/** Marks an edge, its widest stroke and its label. */
export function staleAlong(tiles: Tiles, camera: Camera, stock: Stock, edge: number): void {
  const points = stock.tables.subarray(edge * POINTS * 2, (edge + 1) * POINTS * 2);
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = [points[i] ?? 0, points[i + 1] ?? 0];
    [x0, y0, x1, y1] = [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x), Math.max(y1, y)];
  }
  const seen = inView(camera, x0 - 20, y0 - 12, x1 + 20, y1 + 24);
  if (seen) tiles.mark(...seen);
}
