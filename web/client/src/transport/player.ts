/** Player of a session log: which entries are due, at any speed, in steps or from any moment. */

export interface Timed {
  readonly at: number;
}

export const SPEEDS = [0.25, 0.5, 1, 2, 5, 10, 50] as const;

/** Times are milliseconds since 1970. The player is the only writer of its own position. */
export class Player<T extends Timed> {
  readonly from: number;
  readonly to: number;
  #at: number;
  #next = 0;
  speed = 1;
  playing = true;

  /** `entries` in the order of the log; a time that goes back counts as the one before it. `from`
   * is where the log began.
   */
  constructor(
    private readonly entries: readonly T[],
    from: number,
  ) {
    this.from = Math.min(from, entries[0]?.at ?? from);
    this.to = entries.reduce((latest, { at }) => Math.max(latest, at), this.from);
    this.#at = this.from;
  }

  get at(): number {
    return this.#at;
  }

  /** Moves on by `ms` of the viewer's time and gives what became due. */
  advance(ms: number): T[] {
    if (!this.playing) return [];
    const due = this.#reach(Math.min(this.to, this.#at + Math.max(0, ms) * this.speed));
    // At its end it is held, and can be played again.
    if (this.ended) this.playing = false;
    return due;
  }

  /** Moves to the next entry and gives it, with all of the same moment. */
  step(): T[] {
    const next = this.entries[this.#next];
    return next === undefined ? [] : this.#reach(Math.max(this.#at, next.at));
  }

  /** Goes to a moment; gives everything from the beginning up to it. */
  seek(at: number): T[] {
    this.#next = 0;
    return this.#reach(Math.min(this.to, Math.max(this.from, at)));
  }

  get ended(): boolean {
    return this.#next >= this.entries.length && this.#at >= this.to;
  }

  #reach(at: number): T[] {
    this.#at = at;
    const begin = this.#next;
    while (this.#next < this.entries.length && (this.entries[this.#next]?.at ?? 0) <= at) this.#next += 1;
    return this.entries.slice(begin, this.#next);
  }
}
