/** Rings that leave nodes: a pool without allocation, each ring 600 ms long. */

export const RING_MS = 600;
/** How far a ring travels, in canvas units. */
export const RING_REACH = 14;

/** One ring on its way. */
export interface Ring {
  node: number;
  born: number;
  strength: number;
  late: boolean;
}

/** The rings in flight: at most one a node, as the flash rule lets none leave before the last is nearly gone. */
export class Rings {
  readonly live: Ring[] = [];
  private readonly spare: Ring[] = [];

  /** Starts a ring; `most` bounds how many fly at once, and beyond it a ring is not drawn (the level still rises). */
  start(node: number, strength: number, late: boolean, now: number, most = 2000): void {
    if (this.live.length >= most) return;
    const ring = this.spare.pop() ?? { node: 0, born: 0, strength: 0, late: false };
    ring.node = node;
    ring.born = now;
    ring.strength = strength;
    ring.late = late;
    this.live.push(ring);
  }

  /** Takes out rings that have ended. */
  advance(now: number): void {
    let kept = 0;
    for (const ring of this.live) {
      if (now - ring.born < RING_MS) this.live[kept++] = ring;
      else this.spare.push(ring);
    }
    this.live.length = kept;
  }

  clear(): void {
    this.spare.push(...this.live.splice(0));
  }
}

/** Ease-out of a ring's way, 0 to 1. */
export function ringProgress(born: number, now: number): number {
  const t = Math.min(1, Math.max(0, (now - born) / RING_MS));
  return 1 - (1 - t) ** 3;
}
