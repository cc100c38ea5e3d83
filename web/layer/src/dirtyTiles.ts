/** Dirty tiles: which parts of the canvas must be drawn again. */
import { POINTS } from "./curve.ts";
import { type Camera, inView, type Leg, type PathMark, type RenderBuffers, boxAt } from "./protocol.ts";
import { HALO } from "./sprites.ts";

/** Device pixels: a halo of a small card is not much larger. */
export const TILE = 32;
/** Above this share of dirty tiles the whole canvas is cheaper, and with more patches than these,
 * since each costs as much as some thousand pixels.
 */
const ALL = 0.6;
const MOST_PATCHES = 64;

/** x, y, width, height in device pixels. */
export type Patch = readonly [number, number, number, number];

/** The dirty tiles of one frame. */
export class Tiles {
  private columns = 0;
  private rows = 0;
  private dirty = new Uint8Array(0);
  private count = 0;

  constructor(private width = 0, private height = 0) {
    this.resize(width, height);
  }

  resize(width: number, height: number): void {
    this.width = width;
    this.height = height;
    this.columns = Math.ceil(width / TILE);
    this.rows = Math.ceil(height / TILE);
    this.dirty = new Uint8Array(this.columns * this.rows);
    this.count = 0;
  }

  get any(): boolean {
    return this.count > 0;
  }

  get all(): boolean {
    return this.count > this.dirty.length * ALL;
  }

  /** Marks the tiles under a rectangle given by its edges, in device pixels. */
  mark(x0: number, y0: number, x1: number, y1: number): void {
    const left = Math.max(0, Math.floor(x0 / TILE));
    const right = Math.min(this.columns - 1, Math.floor(x1 / TILE));
    const bottom = Math.min(this.rows - 1, Math.floor(y1 / TILE));
    for (let row = Math.max(0, Math.floor(y0 / TILE)); row <= bottom; row++) {
      for (let column = left; column <= right; column++) {
        const index = row * this.columns + column;
        if (this.dirty[index] === 0) {
          this.dirty[index] = 1;
          this.count += 1;
        }
      }
    }
  }

  markAll(): void {
    this.dirty.fill(1);
    this.count = this.dirty.length;
  }

  /** Marks what another set of the same size holds. */
  absorb(other: Tiles): void {
    if (other.count === 0) return;
    for (let i = 0; i < this.dirty.length; i++) {
      if (other.dirty[i] === 1 && this.dirty[i] === 0) {
        this.dirty[i] = 1;
        this.count += 1;
      }
    }
  }

  clear(): void {
    this.dirty.fill(0);
    this.count = 0;
  }

  /** The dirty area as few rectangles: runs of tiles, joined with an equal run in the row above;
   * all of it if they are more than `most`.
   */
  patches(most = MOST_PATCHES): Patch[] {
    if (this.all) return [[0, 0, this.width, this.height]];
    const patches: [number, number, number, number][] = [];
    let above = new Map<string, [number, number, number, number]>();
    for (let row = 0; row < this.rows; row++) {
      const here = new Map<string, [number, number, number, number]>();
      for (let column = 0; column < this.columns; column++) {
        if (this.dirty[row * this.columns + column] === 0) continue;
        const first = column;
        while (column + 1 < this.columns && this.dirty[row * this.columns + column + 1] === 1) column += 1;
        const key = `${first}:${column}`;
        const joined = above.get(key);
        const patch: [number, number, number, number] = joined ?? [first * TILE, row * TILE, (column - first + 1) * TILE, 0];
        patch[3] += TILE;
        if (!joined) patches.push(patch);
        here.set(key, patch);
      }
      above = here;
    }
    return patches.length > most ? [[0, 0, this.width, this.height]] : patches;
  }
}

/** Marks a node and its halo. */
export function markNode(tiles: Tiles, camera: Camera, buffers: RenderBuffers, node: number): void {
  const [x, y, width, height] = boxAt(buffers, node);
  const seen = inView(camera, x - HALO, y - HALO, x + width + HALO, y + height + HALO);
  if (seen) tiles.mark(...seen);
}

/** Marks an edge, its widest stroke and its label. */
export function markEdge(tiles: Tiles, camera: Camera, buffers: RenderBuffers, edge: number): void {
  markWay(tiles, camera, buffers.tables.subarray(edge * POINTS * 2, (edge + 1) * POINTS * 2));
}

/** Marks what a followed path is drawn on: legs, cards, and the row of discs at each, whose length
 * `row` says.
 */
export function markPath(tiles: Tiles, camera: Camera, buffers: RenderBuffers, { legs, nodes }: ChangedParts, row: (node: number) => number = () => 0): void {
  for (const { table } of legs) markWay(tiles, camera, table);
  for (const node of nodes) {
    const seen = inView(camera, ...stopReach(buffers, node, camera.zoom, row(node)));
    if (seen) tiles.mark(...seen);
  }
}

/** What is drawn of paths at a node lies within these edges, in canvas units; `row` is the length
 * of its discs before they grow.
 */
export function stopReach(buffers: RenderBuffers, node: number, zoom: number, row: number): Edges {
  const [x, y, width, height] = boxAt(buffers, node);
  const large = discScale(zoom);
  return [x - HALO, y - Math.max(HALO, 12 * (large - 1) + 16 * large), x + Math.max(width + HALO, row * large), y + height + HALO];
}

/** How many times larger discs are than at full size: they grow as the view zooms out. */
export function discScale(zoom: number): number {
  return Math.min(2.2, Math.max(1, 0.8 / zoom));
}

function markWay(tiles: Tiles, camera: Camera, points: Float32Array): void {
  const seen = inView(camera, ...reachOf(points));
  if (seen) tiles.mark(...seen);
}

/** What is drawn along a way lies within these edges, in canvas units: the lanes beside it too. */
export function reachOf(points: Float32Array): Edges {
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = [points[i] ?? 0, points[i + 1] ?? 0];
    [x0, y0, x1, y1] = [Math.min(x0, x), Math.min(y0, y), Math.max(x1, x), Math.max(y1, y)];
  }
  return [x0 - ASIDE, y0 - ASIDE, x1 + ASIDE, y1 + ASIDE];
}

/** Left, top, right, bottom of a rectangle. */
export type Edges = readonly [number, number, number, number];

/** Whether two rectangles have a point in common. */
export function meet([a0, b0, a1, b1]: Edges, [c0, d0, c1, d1]: Edges): boolean {
  return a0 <= c1 && c0 <= a1 && b0 <= d1 && d0 <= b1;
}

/** Four lanes aside of a way, half its widest stroke, and an arrow; a label's second line. */
const ASIDE = 26;

/** Nodes and legs that a change touches, as they were and as they are. */
export interface ChangedParts {
  readonly legs: readonly Leg[];
  readonly nodes: readonly number[];
}

/** The marks that differ between two drawings of the paths. */
export function changedParts(before: readonly PathMark[], after: readonly PathMark[]): ChangedParts[] {
  const known = new Map(before.map((path) => [path.token, path]));
  const found: ChangedParts[] = [];
  for (const path of after) {
    const was = known.get(path.token);
    known.delete(path.token);
    if (was === undefined) found.push(whole(path));
    else if (was.hue !== path.hue || was.lane !== path.lane) found.push(whole(was), whole(path));
    else found.push(between(was, path));
  }
  return [...found, ...[...known.values()].map(whole)].filter(({ legs, nodes }) => legs.length + nodes.length > 0);
}

function whole({ legs, stops, passed }: PathMark): ChangedParts {
  return { legs, nodes: [...stops.map(({ node }) => node), ...passed] };
}

/** What differs between two states of one path: mostly its last leg and its last stop. */
function between(a: PathMark, b: PathMark): ChangedParts {
  const legs = [...without(a.legs, b.legs), ...without(b.legs, a.legs)];
  const stops = new Map(a.stops.map(({ node, numbers }) => [node, numbers.join()]));
  const nodes = b.stops.flatMap(({ node, numbers }) => (stops.get(node) === numbers.join() ? [] : [node]));
  const gone = a.stops.flatMap(({ node }) => (b.stops.some((stop) => stop.node === node) ? [] : [node]));
  const passed = [...a.passed.filter((node) => !b.passed.includes(node)), ...b.passed.filter((node) => !a.passed.includes(node))];
  return { legs, nodes: [...nodes, ...gone, ...passed] };
}

/** The legs of `these` that `those` do not have at the same place. */
function without(these: readonly Leg[], those: readonly Leg[]): Leg[] {
  return these.filter(({ table, lane, inferred }, i) => {
    const other = those[i];
    return other?.table !== table || other.lane !== lane || other.inferred !== inferred;
  });
}
