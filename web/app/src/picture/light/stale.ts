/** Which tiles a change of the standing light touches. */
import { POINTS } from "../geometry/curve.ts";
import type { Touched } from "./changed.ts";
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
  markWay(tiles, camera, stock.tables.subarray(edge * POINTS * 2, (edge + 1) * POINTS * 2));
}

/** Marks what a followed path is drawn on: legs, cards, and the row of discs that begins at each. */
export function stalePath(tiles: Tiles, camera: Camera, stock: Stock, { legs, nodes }: Touched): void {
  for (const { table } of legs) markWay(tiles, camera, table);
  for (const node of nodes) {
    const [x, y, width, height] = boxAt(stock, node);
    const seen = inView(camera, x - HALO, y - HALO, x + Math.max(width, DISCS) + HALO, y + height + HALO);
    if (seen) tiles.mark(...seen);
  }
}

/** Canvas units that a full row of discs takes where they are largest. */
const DISCS = 270;

function markWay(tiles: Tiles, camera: Camera, points: Float32Array): void {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = [points[i] ?? 0, points[i + 1] ?? 0];
    [x0, y0, x1, y1] = [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x), Math.max(y1, y)];
  }
  const seen = inView(camera, x0 - 20, y0 - 16, x1 + 20, y1 + 24);
  if (seen) tiles.mark(...seen);
}
