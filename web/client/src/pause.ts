/** Pause and how it ends: what waited is shown at speed within seconds, or at once. */
import type { EngineHost } from "./engineHost.ts";
import type { Environment } from "./environment.ts";

/** What waited is shown at least this many times as fast as it came. */
const SLOWEST = 8;
/** And so fast that it takes no longer than this, however long the pause was. */
const LONGEST_MS = 4000;
const TURN_MS = 50;

/** `catchUpSpeed` is how many times as fast as time the picture moves; 0 while it does not. */
export interface PauseState {
  readonly paused: boolean;
  readonly catchUpSpeed: number;
}

/** What the engine's clock says. */
export function pauseState({ state: { clock } }: EngineHost): PauseState {
  return { paused: clock.frozenAt !== null && clock.catchUp === null, catchUpSpeed: clock.catchUp?.speed ?? 0 };
}

/** The clock of the picture; the engine has its state. `changed` is called after each change. */
export class Pause {
  #turns = new AbortController();

  constructor(
    private readonly engine: EngineHost,
    private readonly environment: Environment,
    private readonly changed: (state: PauseState) => void,
  ) {}

  /** Pauses, also while what waited is being shown; paused, goes on with that at speed. */
  toggle(): void {
    if (pauseState(this.engine).paused) this.resume();
    else this.pause();
  }

  pause(): void {
    this.#turns.abort();
    this.engine.dispatch({ kind: "pause" });
    this.changed(pauseState(this.engine));
  }

  /** Goes on with what waited at speed, if anything did; while that runs, jumps to now. */
  resume(): void {
    const { paused } = pauseState(this.engine);
    if (paused && this.engine.state.pauseBuffer.pending > 0) void this.#catchUp();
    else this.jumpToNow();
  }

  /** Ends the pause, or what comes after it, at once. */
  jumpToNow(): void {
    this.#turns.abort();
    this.engine.dispatch({ kind: "resume" });
    this.changed(pauseState(this.engine));
  }

  async #catchUp(): Promise<void> {
    const { engine } = this;
    this.#turns.abort();
    const { signal } = (this.#turns = new AbortController());
    const speed = Math.max(SLOWEST, 1 + Math.ceil((engine.at() - engine.now()) / LONGEST_MS));
    engine.dispatch({ kind: "resume", speed });
    this.changed(pauseState(engine));
    // What a jump, an Off or another graph did meanwhile shows in the engine's clock.
    while (engine.state.clock.frozenAt !== null) {
      await this.environment.sleep(TURN_MS, signal);
      if (signal.aborted) return;
      engine.dispatch({ kind: "tick" });
    }
    this.changed(pauseState(engine));
  }
}
