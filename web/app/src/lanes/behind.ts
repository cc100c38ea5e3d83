/** How far what a lane brings lies behind the present, told apart from clocks that differ. */
import type { Frame } from "@dagnet-realtime/engine/wire.gen";

/** Milliseconds below which nobody is called behind: ticks, the network and a poll's turn. */
const LEAST_MS = 2000;

/** The shortest way seen is how far the clocks differ; what takes longer than that is behind. */
export class Behind {
  #shortest = Infinity;
  #ms = 0;

  /** Milliseconds behind after a frame that was heard `at` (milliseconds since 1970); 0 where it is not worth a word. */
  after(frame: Frame, at: number): number {
    const told = frame.op === "beat" ? Date.parse(frame.now) : newest(frame);
    if (told === null || Number.isNaN(told)) return this.#ms;
    this.#shortest = Math.min(this.#shortest, at - told);
    const behind = frame.op === "beat" ? 0 : at - told - this.#shortest;
    this.#ms = behind < LEAST_MS ? 0 : behind;
    return this.#ms;
  }
}

/** When the newest event of a batch arrived at the server; null where it carries none, or tells a trace's past. */
function newest(frame: Frame): number | null {
  if (frame.op !== "batch" || frame.from === frame.position || frame.events.length === 0) return null;
  return Math.max(...frame.events.map(({ arrived_at }) => Date.parse(arrived_at)));
}
