/**
 * A clock that does not jump when the machine's clock is set: it counts on from where it began.
 *
 * A machine that slept looks the same from inside the page, since its monotonic clock may have
 * stopped meanwhile, but then time has truly passed. The server's words tell them apart: after a
 * sleep its time has moved on too. Without a server, a jump is taken for a sleep.
 */

/** A difference below this is drift, which the clock follows. */
const JUMP_MS = 2000;
/** A server that has been silent for this long says nothing about a jump. */
const SILENT_MS = 90_000;

export class SteadyClock {
  #offset: number;
  /** What was last told: the server's time, and the monotonic one at which it came. */
  #told: { readonly server: number; readonly at: number } | null = null;
  /** How far the machine's clock was set while this one went on. */
  #set = 0;

  /** Both in milliseconds: `wall` since 1970, which may be set; `monotonic` since any moment. */
  constructor(
    private readonly wall: () => number,
    private readonly monotonic: () => number,
  ) {
    this.#offset = wall() - monotonic();
  }

  /** Milliseconds since 1970, as the machine's clock said when this one began. */
  now(): number {
    const at = this.monotonic();
    if (!this.unsettled()) this.#offset += this.#ahead(at);
    return at + this.#offset;
  }

  /** Whether the machine's clock has jumped and the server's word on it is awaited. */
  unsettled(): boolean {
    const at = this.monotonic();
    return Math.abs(this.#ahead(at)) >= JUMP_MS && this.#told !== null && at - this.#told.at < SILENT_MS;
  }

  /** A heartbeat brought the server's own time, milliseconds since 1970. */
  told(server: number): void {
    const before = this.#told;
    const at = this.monotonic();
    if (before !== null && server < before.server) return;
    this.#told = { server, at };
    const ahead = this.#ahead(at);
    if (before === null || Math.abs(ahead) < JUMP_MS) return;
    const slept = server - before.server - (at - before.at);
    if (Math.abs(slept - ahead) < Math.abs(slept)) this.#offset += ahead;
    else this.#set += ahead;
  }

  /** How far the machine's clock is ahead of this one at `at`. */
  #ahead(at: number): number {
    return this.wall() - this.#set - at - this.#offset;
  }
}
