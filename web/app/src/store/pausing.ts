/** Pause and how it ends: what waited is shown at speed within seconds, or at once. */
import type { Parts } from "./watch.ts";

/** What waited is shown at least this many times as fast as it came. */
const SLOWEST = 8;
/** And so fast that it takes no longer than this, however long the pause was. */
const LONGEST_MS = 4000;
const TURN_MS = 50;

export class Pausing {
  readonly #parts: Parts;
  #turns = new AbortController();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Pauses; paused, goes on with what waited at speed; while that runs, jumps to now. */
  press(): void {
    const { store, engine } = this.#parts;
    const { paused, catching } = store.getState();
    if (catching > 0) this.jump();
    else if (!paused) {
      engine.put({ kind: "pause" });
      store.setState({ paused: true });
    } else if (engine.state.pauseBuffer.pending > 0) void this.#catchUp();
    else this.jump();
  }

  /** Ends the pause, or what comes after it, at once. */
  jump(): void {
    const { store, engine } = this.#parts;
    this.#turns.abort();
    engine.put({ kind: "resume" });
    store.setState({ paused: false, catching: 0 });
  }

  async #catchUp(): Promise<void> {
    const { store, engine, world } = this.#parts;
    const { signal } = (this.#turns = new AbortController());
    const speed = Math.max(SLOWEST, 1 + Math.ceil((engine.at() - engine.now()) / LONGEST_MS));
    engine.put({ kind: "resume", speed });
    store.setState({ paused: false, catching: speed });
    // What a jump, an Off or another graph did meanwhile shows in the engine's clock.
    while (engine.state.clock.frozenAt !== null) {
      await world.sleep(TURN_MS, signal);
      if (signal.aborted) return;
      engine.put({ kind: "tick" });
    }
    store.setState({ catching: 0 });
  }
}
