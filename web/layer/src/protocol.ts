/** The renderer's protocol: commands, their buffers, and the camera. Plain values, so that it may
 * run in a worker.
 */

/** What light is drawn on, and with. */
export type Surface = OffscreenCanvas | HTMLCanvasElement;
/** The 2D context of a `Surface`. */
export type Brush = OffscreenCanvasRenderingContext2D | CanvasRenderingContext2D;

/** Where the view stands: screen = canvas units × zoom + x, y (CSS pixels); `ratio` device pixels a
 * CSS pixel; `text` the least size of text on screen in CSS pixels, 11 by default.
 */
export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly zoom: number;
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
  readonly text?: number;
}

/** Measured things: x, y, width, height a node (a width of 0 if it is not drawn); the width of its
 * tag (0 for none); 24 points an edge; label x, y, lines (0, 1, 2) an edge.
 */
export interface RenderBuffers {
  readonly tags: Float32Array;
  readonly boxes: Float32Array;
  readonly tables: Float32Array;
  readonly labels: Float32Array;
}

/** The size of an edge's label, in canvas units, and the height of a second line beneath it. */
export const LABEL = { width: 44, height: 18, line: 16 } as const;

/** How light looks: colours and fonts as CSS says them. */
export interface Palette {
  readonly canvas: string;
  readonly activity: string;
  readonly activityText: string;
  readonly core: string;
  readonly follow: readonly string[];
  readonly ink: string;
  /** Steps that the graph has no edge for. */
  readonly jump: string;
  readonly mono: string;
  readonly sans: string;
  readonly dark: boolean;
  /** The radius of a node's corners, in canvas units. */
  readonly corner: number;
}

/** One part of a followed path: its 24 points, and how it is drawn. `lane` keeps paths that share
 * an edge apart.
 */
export interface Leg {
  readonly table: Float32Array;
  readonly label: number;
  readonly lane: number;
  readonly jump: boolean;
  readonly inferred: boolean;
}

/** A followed path. `stops` are its nodes with the numbers of the steps made there, `passed` those
 * it is inferred to have passed between; `lane` sets nested outlines apart.
 */
export interface PathMark {
  readonly token: string;
  readonly hue: number;
  readonly lane: number;
  readonly stops: readonly { node: number; numbers: readonly number[] }[];
  readonly passed: readonly number[];
  readonly legs: readonly Leg[];
}

/** Steps that the graph has no edge for: 24 points along their way, and how many. */
export interface JumpMark {
  readonly table: Float32Array;
  readonly count: number;
}

/** A message to the renderer. */
export type Command =
  | { readonly kind: "buffers"; readonly buffers: RenderBuffers }
  | { readonly kind: "camera"; readonly camera: Camera }
  | { readonly kind: "palette"; readonly palette: Palette }
  /** `drained`: what moves is taken away, rather than held where it is. */
  | { readonly kind: "mode"; readonly reduced: boolean; readonly frozen: boolean; readonly drained?: boolean }
  | { readonly kind: "glow"; readonly glow: Float32Array; readonly atOnce: boolean }
  | { readonly kind: "ring"; readonly node: number; readonly strength: number; readonly late: boolean; readonly test?: boolean }
  | { readonly kind: "step"; readonly edges: readonly number[]; readonly inferred: boolean }
  | { readonly kind: "paths"; readonly paths: readonly PathMark[] }
  | { readonly kind: "jumps"; readonly jumps: readonly JumpMark[] };

/** How steps are being drawn, for the legend: `dots` and `width` say that some edges have left "one
 * particle, one step".
 */
export interface RenderReport {
  readonly dots: boolean;
  readonly width: boolean;
  readonly pace: 0 | 1 | 2;
  readonly particles: number;
}

/** Draws all light. Told by commands, closed once. */
export interface Renderer {
  send(command: Command): void;
  close(): void;
}

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

/** A rectangle of canvas units as edges in device pixels, one to spare; null if out of view. */
export function inView(camera: Camera, x0: number, y0: number, x1: number, y1: number): [number, number, number, number] | null {
  const scale = scaleOf(camera);
  const [ox, oy] = [camera.x * camera.ratio, camera.y * camera.ratio];
  const edges: [number, number, number, number] = [x0 * scale + ox - 1, y0 * scale + oy - 1, x1 * scale + ox + 1, y1 * scale + oy + 1];
  return edges[2] < 0 || edges[3] < 0 || edges[0] > camera.width * camera.ratio || edges[1] > camera.height * camera.ratio ? null : edges;
}

/** A rectangle of device pixels (x, y, width, height) as edges in canvas units. */
export function fromCanvas(camera: Camera, [x, y, width, height]: readonly [number, number, number, number]): [number, number, number, number] {
  const scale = scaleOf(camera);
  const [ox, oy] = [camera.x * camera.ratio, camera.y * camera.ratio];
  return [(x - ox) / scale, (y - oy) / scale, (x + width - ox) / scale, (y + height - oy) / scale];
}

/** A node's box: x, y, width, height. */
export function boxAt({ boxes }: RenderBuffers, node: number): [number, number, number, number] {
  const o = node * 4;
  return [boxes[o] ?? 0, boxes[o + 1] ?? 0, boxes[o + 2] ?? 0, boxes[o + 3] ?? 0];
}
