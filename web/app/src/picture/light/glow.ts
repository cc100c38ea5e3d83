/** How brightly each node glows on the canvas: eased towards what it is told, so that light rises and falls and never flickers. */

/** Time in which the shown glow comes two thirds of the way: quick up, slow down. */
const RISE_MS = 90;
const FALL_MS = 420;
/** Changes of glow that the eye does not see are not drawn. */
const VISIBLE = 0.035;

/** The glow of all nodes, 0 to 1. */
export class Glow {
  private wanted = new Float32Array(0);
  private shown = new Float32Array(0);
  private painted = new Float32Array(0);
  private moving = new Set<number>();

  reset(nodes: number): void {
    this.wanted = new Float32Array(nodes);
    this.shown = new Float32Array(nodes);
    this.painted = new Float32Array(nodes);
    this.moving.clear();
  }

  get still(): boolean {
    return this.moving.size === 0;
  }

  /** Sets what every node should come to; `at once` skips the easing. */
  aim(glow: Float32Array, atOnce: boolean): void {
    const nodes = Math.min(glow.length, this.wanted.length);
    for (let node = 0; node < nodes; node++) {
      const value = glow[node] ?? 0;
      this.wanted[node] = value;
      if (atOnce) this.shown[node] = value;
      if (Math.abs(value - (this.painted[node] ?? 0)) > VISIBLE) this.moving.add(node);
    }
  }

  /** Raises one node to at least `glow`: a hit is seen before the next levels come. */
  raise(node: number, glow: number): void {
    if ((this.wanted[node] ?? 1) >= glow) return;
    this.wanted[node] = glow;
    this.moving.add(node);
  }

  /** Moves on by `elapsed` ms and calls `paint` for each node whose change can be seen. */
  advance(elapsed: number, paint: (node: number) => void): void {
    for (const node of this.moving) {
      const [wanted, before] = [this.wanted[node] ?? 0, this.shown[node] ?? 0];
      const part = 1 - Math.exp(-elapsed / (wanted > before ? RISE_MS : FALL_MS));
      const shown = Math.abs(wanted - before) < 0.01 ? wanted : before + (wanted - before) * part;
      this.shown[node] = shown;
      if (Math.abs(shown - (this.painted[node] ?? 0)) > VISIBLE || (shown === wanted && shown === 0 && (this.painted[node] ?? 0) > 0)) {
        this.painted[node] = shown;
        paint(node);
      }
      if (shown === wanted) this.moving.delete(node);
    }
  }

  /** What is on the canvas for a node. */
  of(node: number): number {
    return this.painted[node] ?? 0;
  }
}
