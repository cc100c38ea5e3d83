/** Pause and how it ends: what waited is shown at speed within seconds, or at once. */
import type { AppContext } from "./sessionController.ts";

/** What waited is shown at least this many times as fast as it came. */
const SLOWEST = 8;
/** And so fast that it takes no longer than this, however long the pause was. */
const LONGEST_MS = 4000;
const TURN_MS = 50;

export class PauseController {
  readonly #context: AppContext;
  #turns = new AbortController();

  constructor(context: AppContext) {
    this.#context = context;
  }

  /** Pauses; paused, goes on with what waited at speed; while that runs, jumps to now. */
  toggle(): void {
    const { store, engine } = this.#context;
    const { paused, catchUpSpeed: catching } = store.getState();
    if (catching > 0) this.jumpToNow();
    else if (!paused) {
      engine.dispatch({ kind: "pause" });
      store.setState({ paused: true });
    } else if (engine.state.pauseBuffer.pending > 0) void this.#catchUp();
    else this.jumpToNow();
  }

  /** Ends the pause, or what comes after it, at once. */
  jumpToNow(): void {
    const { store, engine } = this.#context;
    this.#turns.abort();
    engine.dispatch({ kind: "resume" });
    store.setState({ paused: false, catchUpSpeed: 0 });
  }

  async #catchUp(): Promise<void> {
    const { store, engine, environment } = this.#context;
    const { signal } = (this.#turns = new AbortController());
    const speed = Math.max(SLOWEST, 1 + Math.ceil((engine.at() - engine.now()) / LONGEST_MS));
    engine.dispatch({ kind: "resume", speed });
    store.setState({ paused: false, catchUpSpeed: speed });
    // What a jump, an Off or another graph did meanwhile shows in the engine's clock.
    while (engine.state.clock.frozenAt !== null) {
      await environment.sleep(TURN_MS, signal);
      if (signal.aborted) return;
      engine.dispatch({ kind: "tick" });
    }
    store.setState({ catchUpSpeed: 0 });
  }
}
