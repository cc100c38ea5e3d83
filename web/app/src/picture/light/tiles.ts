/** Which parts of the canvas must be drawn again, in square tiles of device pixels. */

export const TILE = 64;
/** Above this share of dirty tiles the whole canvas is cheaper. */
const ALL = 0.6;

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

  /** The dirty area as few rectangles: runs of tiles, joined where the row above has the same run. */
  patches(): Patch[] {
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
    return patches;
  }
}
