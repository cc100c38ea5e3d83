/** Puts a provider's frames in the order in which they join: repeats are passed over, early ones wait for those before them. */
import type { Frame } from "@dagnet-realtime/engine/wire.gen";

/** Frames that wait; beyond it the oldest goes, and what it held is fetched. */
export const MOST_WAITING = 200;
/** Positions remembered, to tell a repeat from a frame that came early. */
const MOST_PASSED = 500;

/** Where a frame begins and ends; null where it says nothing of positions. */
export function ends(frame: Frame): { readonly from: string; readonly to: string } | null {
  if (frame.op === "batch") return { from: frame.from, to: frame.position };
  if (frame.op === "gap") return { from: frame.from, to: frame.to };
  if (frame.op === "beat") return { from: frame.position, to: frame.position };
  return null;
}

/** Stands at `position`; the only writer of it. */
export class Joiner {
  #waiting: Frame[] = [];
  #passed: string[] = [];

  constructor(private at: string) {}

  get position(): string {
    return this.at;
  }

  /** Where the frame that came last ends, of those that wait; null where none does. */
  get missing(): string | null {
    const last = this.#waiting.at(-1);
    return last === undefined ? null : (ends(last)?.to ?? null);
  }

  /** The frames that may be shown after this one came, in order. */
  take(frame: Frame): Frame[] {
    const span = ends(frame);
    if (span === null) return [frame];
    if (span.from === this.at) return [frame, ...this.reach(span.to)];
    if (this.#passed.includes(span.to) || span.to === this.at || this.#waiting.some((other) => ends(other)?.to === span.to && other.op === frame.op)) return [];
    this.#waiting.push(frame);
    if (this.#waiting.length > MOST_WAITING) this.#waiting.shift();
    return [];
  }

  /** Stands at `position` from here on; gives the waiting frames that go on from there. */
  reach(position: string): Frame[] {
    if (position !== this.at) {
      this.#passed.push(this.at);
      if (this.#passed.length > MOST_PASSED) this.#passed.shift();
      this.at = position;
    }
    const next = this.#waiting.find((frame) => ends(frame)?.from === position);
    this.#waiting = this.#waiting.filter((frame) => frame !== next && ends(frame)?.to !== position && !this.#passed.includes(ends(frame)?.to ?? ""));
    return next === undefined ? [] : [next, ...this.reach(ends(next)?.to ?? position)];
  }

  /** Gives up the frame that came last of those that wait: nobody can tell what lies before it. */
  drop(): void {
    this.#waiting.pop();
  }
}
