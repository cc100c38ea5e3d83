/** One animation loop that sleeps when nothing moves and while the page is hidden. */

/** What the loop needs of the window. */
export interface Frames {
  request(callback: (time: number) => void): number;
  cancel(id: number): void;
  hidden(): boolean;
  onVisible(callback: () => void): () => void;
}

/** Calls `draw` once a frame until it answers false; `wake` starts it again. `elapsed` is 0 for the first frame after a sleep. */
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
