/** Levels of detail: of an edge by its steps a second, of a card by the zoom. */

/** How an edge shows its steps: each as a particle, as small dots, or as its width. */
export type EdgeDetailLevel = "particle" | "dots" | "width";

/** Steps a second from which an edge is drawn so, and the share of it below which it goes back. */
export const DOTS_FROM = 4;
export const WIDTH_FROM = 8;
const BACK = 0.75;
const HALF_LIFE_MS = 1500;

/** The rate of steps on every edge, and the manner in which each is drawn. */
export class EdgeDetail {
  private rates = new Float64Array(0);
  private at = new Float64Array(0);
  private manners: EdgeDetailLevel[] = [];
  private busy = new Set<number>();
  /** Below 1 when the whole picture holds too many particles: thresholds fall with it. */
  private ease = 1;

  /** Makes room for so many edges; what is known of them stays. */
  resize(edges: number): void {
    this.rates = resized(this.rates, edges);
    this.at = resized(this.at, edges);
    this.manners = Array.from({ length: edges }, (_, edge) => this.manner(edge));
    for (const edge of this.busy) if (edge >= edges) this.busy.delete(edge);
  }

  /** Forgets every step: no edge is busy. */
  clear(): void {
    this.rates.fill(0);
    this.manners.fill("particle");
    this.busy.clear();
  }

  /** Counts one step on an edge and answers how it is drawn. */
  count(edge: number, now: number): EdgeDetailLevel {
    this.rates[edge] = this.rate(edge, now) + (Math.LN2 * 1000) / HALF_LIFE_MS;
    this.at[edge] = now;
    this.busy.add(edge);
    return this.judge(edge, now);
  }

  /** Steps a second on an edge, as a decaying average. */
  rate(edge: number, now: number): number {
    return (this.rates[edge] ?? 0) * 2 ** (-Math.max(0, now - (this.at[edge] ?? 0)) / HALF_LIFE_MS);
  }

  manner(edge: number): EdgeDetailLevel {
    return this.manners[edge] ?? "particle";
  }

  /** Looks at every busy edge again; returns those whose manner changed. `filled` is the share of
   * the particle pool in use.
   */
  review(now: number, filled: number): number[] {
    if (filled > 0.85) this.ease = Math.max(0.125, this.ease / 2);
    else if (filled < 0.4) this.ease = Math.min(1, this.ease * 2);
    const changed: number[] = [];
    for (const edge of this.busy) {
      const before = this.manner(edge);
      if (this.judge(edge, now) !== before) changed.push(edge);
      if (this.rate(edge, now) < 0.05) this.busy.delete(edge);
    }
    return changed;
  }

  /** Edges drawn by thickness. */
  wide(): number[] {
    return [...this.busy].filter((edge) => this.manner(edge) === "width");
  }

  anyDots(): boolean {
    return [...this.busy].some((edge) => this.manner(edge) === "dots");
  }

  private judge(edge: number, now: number): EdgeDetailLevel {
    const rate = this.rate(edge, now) / this.ease;
    const was = this.manner(edge);
    const width = was === "width" ? WIDTH_FROM * BACK : WIDTH_FROM;
    const dots = was === "particle" ? DOTS_FROM : DOTS_FROM * BACK;
    const manner = rate >= width ? "width" : rate >= dots ? "dots" : "particle";
    this.manners[edge] = manner;
    return manner;
  }
}

/** How wide an edge is drawn for its steps a second, in canvas units: 3 at 8 a second, 9 at some
 * hundreds.
 */
export function widthFor(rate: number): number {
  return Math.min(9, 3 + Math.max(0, Math.log2(Math.max(rate, 1) / WIDTH_FROM)) * 1.25);
}

/** How much a card shows: everything, less, its name, or its colour alone. */
export type Detail = "full" | "brief" | "name" | "plain";

/** Below this zoom small text cannot be read; name and rate are set larger. */
export const FULL_FROM = 0.68;
/** Below this zoom nothing that changes is written on cards: text costs most. */
export const BRIEF_FROM = 0.45;
/** Below this zoom even a name in large type cannot be read; in large graphs names go sooner, as
 * they cost most.
 */
const NAME_FROM = 0.17;
const NAME_FROM_MANY = 0.3;
const MANY = 400;

/** The detail for a zoom and a number of nodes. */
export function detailAt(zoom: number, nodes: number): Detail {
  if (zoom >= FULL_FROM) return "full";
  if (zoom >= BRIEF_FROM) return "brief";
  return zoom >= (nodes > MANY ? NAME_FROM_MANY : NAME_FROM) ? "name" : "plain";
}

/** The same numbers with room for `length` of them, 0 where there were none. */
export function resized<A extends Float32Array | Float64Array>(numbers: A, length: number): A {
  const made = new (numbers.constructor as new (length: number) => A)(length);
  made.set(numbers.subarray(0, length));
  return made;
}
