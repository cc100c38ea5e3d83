/** The camera's arithmetic: canvas units to device pixels, and what is in view. */
import type { Camera } from "./command.ts";
import type { Brush } from "./sprites.ts";

/** A view that cannot be seen, until the first camera comes. */
export const NOWHERE: Camera = { x: 0, y: 0, zoom: 1, width: 0, height: 0, ratio: 1 };

/** Device pixels a canvas unit. */
export function scaleOf(camera: Camera): number {
  return camera.zoom * camera.ratio;
}

/** Lets a brush draw in canvas units. */
export function toCanvas(brush: Brush, camera: Camera): void {
  const scale = scaleOf(camera);
  brush.setTransform(scale, 0, 0, scale, camera.x * camera.ratio, camera.y * camera.ratio);
}

/** A rectangle of canvas units, by its edges, as device pixels with one to spare; null when out of view. */
export function inView(camera: Camera, x0: number, y0: number, x1: number, y1: number): [number, number, number, number] | null {
  const scale = scaleOf(camera);
  const [ox, oy] = [camera.x * camera.ratio, camera.y * camera.ratio];
  const edges: [number, number, number, number] = [x0 * scale + ox - 1, y0 * scale + oy - 1, x1 * scale + ox + 1, y1 * scale + oy + 1];
  return edges[2] < 0 || edges[3] < 0 || edges[0] > camera.width * camera.ratio || edges[1] > camera.height * camera.ratio ? null : edges;
}
