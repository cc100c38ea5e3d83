/** The animation loop, and the governor that lowers its rate while frames are late. */

/** What the loop needs of the window. */
export interface Frames {
  request(callback: (time: number) => void): number;
  cancel(id: number): void;
  hidden(): boolean;
  onVisible(callback: () => void): () => void;
}

/** Calls `draw` once a frame until it returns false; `wake` starts it again. `elapsed` is 0 for the
 * first frame after a sleep.
 */
export class Loop {
  private id: number | null = null;
  private last: number | null = null;
  private readonly forget: () => void;

  constructor(private readonly draw: (time: number, elapsed: number) => boolean, private readonly frames: Frames) {
    this.forget = frames.onVisible(() => { this.wake(); });
  }

  get asleep(): boolean {
    return this.id === null;
  }

  wake(): void {
    if (this.id === null && !this.frames.hidden()) this.id = this.frames.request(this.tick);
  }

  stop(): void {
    this.forget();
    if (this.id !== null) this.frames.cancel(this.id);
    this.id = null;
  }

  private readonly tick = (time: number): void => {
    this.id = null;
    const more = this.draw(time, this.last === null ? 0 : time - this.last);
    if (more) this.wake();
    this.last = more && !this.frames.hidden() ? time : null;
  };
}

/** The frames of the page itself. */
export function pageFrames(): Frames {
  return {
    request: (callback) => requestAnimationFrame(callback),
    cancel: (id) => { cancelAnimationFrame(id); },
    hidden: () => document.hidden,
    onVisible: (callback) => {
      const listen = () => { if (!document.hidden) callback(); };
      document.addEventListener("visibilitychange", listen);
      return () => { document.removeEventListener("visibilitychange", listen); };
    },
  };
}

/** The p95 of frame times, in milliseconds, above which the overlay gives way, and below which it
 * recovers.
 */
export const SLOW_MS = 22;
const WELL_MS = 19;
const SAMPLE = 60;
/** Slow measurements in a row before the overlay gives way (one may be a page still loading), and
 * good ones before it recovers.
 */
const PATIENT = 2;
const CALM = 4;

/** How much is left out to keep pace: 0 is nothing. */
export type GovernorLevel = 0 | 1 | 2;

/** Watches the times between frames. */
export class FrameGovernor {
  level: GovernorLevel = 0;
  private readonly times: number[] = [];
  private calm = 0;
  private slow = 0;

  /** Takes the time since the frame before; every 60 frames the level may move by one. */
  frame(elapsed: number): GovernorLevel {
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
