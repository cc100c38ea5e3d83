/** Follows traces: on this screen at once, then at the other side, which carries them whole. */
import type { EngineHost } from "./engineHost.ts";

/** Tells the other side; null if it cannot be told, or need not. */
export type SendFollows = () => Promise<void> | null;

export class FollowSync {
  /** What shall be followed, over Off and On; tokens mean nothing in another channel. */
  #wanted: readonly string[] = [];
  #channel: string | null = null;
  #syncing: Promise<void> | null = null;
  #stale = false;

  constructor(
    private readonly engine: EngineHost,
    private readonly send: SendFollows,
    private readonly failed: (error: unknown) => void,
  ) {}

  get wanted(): readonly string[] {
    return this.#wanted;
  }

  /** Sets what is followed as soon as a session is open. */
  want(tokens: readonly string[]): void {
    this.#wanted = tokens;
  }

  /** A session begins in `channel`: what was wanted in another is forgotten. */
  enter(channel: string): void {
    if (this.#channel !== null && this.#channel !== channel) this.#wanted = [];
    this.#channel = channel;
  }

  /** Follows exactly `tokens`. */
  follow(tokens: readonly string[]): void {
    const { engine } = this;
    for (const token of engine.state.follows) if (!tokens.includes(token)) engine.dispatch({ kind: "unfollow", token });
    for (const token of tokens) if (!engine.state.follows.includes(token)) engine.dispatch({ kind: "follow", token });
    this.#wanted = engine.state.follows;
    void this.#sync();
  }

  /** Tells the other side: one request at a time, the last one counts. */
  #sync(): Promise<void> {
    this.#stale = true;
    this.#syncing ??= this.#tell().finally(() => {
      this.#syncing = null;
    });
    return this.#syncing;
  }

  async #tell(): Promise<void> {
    while (this.#stale) {
      this.#stale = false;
      await this.send()?.catch(this.failed);
    }
  }
}
