/** Gives way when frames come late: first 30 frames a second, then fewer particles; and takes it back when all is well. */

/** The p95 of frame times, in milliseconds, above which the overlay gives way, and below which it recovers. */
export const SLOW_MS = 22;
const WELL_MS = 19;
const SAMPLE = 60;
/** Looks in a row that must be slow before the overlay gives way (one may be a page still loading), and well before it takes back. */
const PATIENT = 2;
const CALM = 4;

export type PaceLevel = 0 | 1 | 2;

/** Watches the times between frames. */
export class Pace {
  level: PaceLevel = 0;
  private readonly times: number[] = [];
  private calm = 0;
  private slow = 0;

  /** Takes the time since the frame before; every 60 frames the level may move by one. */
  frame(elapsed: number): PaceLevel {
    this.times.push(elapsed);
    if (this.times.length < SAMPLE) return this.level;
    const sorted = this.times.sort((a, b) => a - b);
    const p95 = sorted[Math.floor(SAMPLE * 0.95)] ?? 0;
    this.times.length = 0;
    if (p95 > SLOW_MS) {
      this.calm = 0;
      this.slow += 1;
      if (this.slow >= PATIENT) {
        this.slow = 0;
        this.level = this.level === 0 ? 1 : 2;
      }
      return this.level;
    }
    this.slow = 0;
    if (p95 < WELL_MS && ++this.calm >= CALM) {
      this.calm = 0;
      this.level = this.level === 2 ? 1 : 0;
    }
    return this.level;
  }

  /** The shortest time between two drawn frames, in milliseconds. */
  get least(): number {
    return this.level === 0 ? 0 : 30;
  }

  get particles(): number {
    return this.level === 2 ? 100 : 300;
  }
}
