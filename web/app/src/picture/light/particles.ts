/** Steps on their way along edges: 900 ms an edge, at least 120 ms apart on each, by time and in the order of arrival. */
import { POINTS } from "../geometry/curve.ts";

export const TRAVEL_MS = 900;
export const APART_MS = 120;
export const MOST_PARTICLES = 300;
/** A step that would have to wait longer than this for its edge is not drawn; the edge's rate still counts it. */
const PATIENCE_MS = 1000;

/** One step in flight. `starts[i]` is when it enters `edges[i]`. */
export interface Particle {
  edges: readonly number[];
  starts: number[];
  inferred: boolean;
  /** Where it is: index into `edges`, −1 before it starts; `x`, `y` in canvas units. */
  leg: number;
  x: number;
  y: number;
}

/** The particles in flight and the times at which each edge is free again. */
export class Particles {
  readonly live: Particle[] = [];
  private readonly spare: Particle[] = [];
  private free = new Float64Array(0);

  reset(edges: number): void {
    this.clear();
    this.free = new Float64Array(edges);
  }

  /** Launches a step over `edges`; answers whether it will be drawn. */
  launch(edges: readonly number[], inferred: boolean, now: number, most: number): boolean {
    const first = edges[0];
    if (first === undefined || this.live.length >= most || (this.free[first] ?? 0) - now > PATIENCE_MS) return false;
    const particle = this.spare.pop() ?? { edges, starts: [], inferred, leg: -1, x: 0, y: 0 };
    particle.edges = edges;
    particle.inferred = inferred;
    particle.leg = -1;
    particle.starts.length = 0;
    let at = now;
    for (const edge of edges) {
      at = Math.max(at, this.free[edge] ?? 0);
      this.free[edge] = at + APART_MS;
      particle.starts.push(at);
      at += TRAVEL_MS;
    }
    this.live.push(particle);
    return true;
  }

  /** Moves every particle to where it is at `now`, and takes out those that arrived. */
  advance(now: number, tables: Float32Array): void {
    let kept = 0;
    for (const particle of this.live) {
      if (now >= (particle.starts.at(-1) ?? 0) + TRAVEL_MS) {
        this.spare.push(particle);
        continue;
      }
      this.live[kept++] = particle;
      move(particle, now, tables);
    }
    this.live.length = kept;
  }

  clear(): void {
    this.spare.push(...this.live.splice(0));
    this.free.fill(0);
  }
}

function move(particle: Particle, now: number, tables: Float32Array): void {
  let leg = particle.starts.length - 1;
  while (leg >= 0 && (particle.starts[leg] ?? 0) > now) leg -= 1;
  particle.leg = leg;
  if (leg < 0) return;
  const part = Math.min(1, (now - (particle.starts[leg] ?? 0)) / TRAVEL_MS);
  const offset = (particle.edges[leg] ?? 0) * POINTS * 2;
  [particle.x, particle.y] = along(tables, offset, part);
}

/** The point at a part (0 to 1) of the way along a table that begins at `offset`. */
export function along(tables: Float32Array, offset: number, part: number): [number, number] {
  const at = part * (POINTS - 1);
  const i = Math.min(POINTS - 2, Math.floor(at));
  const rest = at - i;
  const o = offset + i * 2;
  const [x0, y0, x1, y1] = [tables[o] ?? 0, tables[o + 1] ?? 0, tables[o + 2] ?? 0, tables[o + 3] ?? 0];
  return [x0 + (x1 - x0) * rest, y0 + (y1 - y0) * rest];
}
