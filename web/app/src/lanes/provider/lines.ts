/** The subscriptions of this moment: one channel, and about a turn two. */
import type { PublishedSeat, Signature } from "./seat.ts";
import type { ProviderEar, Subscribe } from "./socket.ts";

type Sign = (channel: string, socketId: string) => Promise<Signature>;

/** Holds them; what they hear, and which of them broke, goes to `ear`. */
export class Lines {
  readonly #open = new Map<string, AbortController>();

  constructor(
    private readonly subscribe: Subscribe,
    private readonly sign: Sign,
    private readonly ear: ProviderEar,
  ) {}

  /** Subscribes to what is new in `seat` and leaves what is not in it; rejects where a channel cannot be subscribed to. */
  async follow(seat: PublishedSeat): Promise<void> {
    for (const [channel, line] of this.#open) if (!seat.channels.includes(channel)) this.#leave(channel, line);
    await Promise.all(seat.channels.filter((channel) => !this.#open.has(channel)).map((channel) => this.#join(seat, channel)));
  }

  close(): void {
    for (const [channel, line] of this.#open) this.#leave(channel, line);
  }

  async #join(seat: PublishedSeat, channel: string): Promise<void> {
    const line = new AbortController();
    this.#open.set(channel, line);
    const mine = (): boolean => !line.signal.aborted;
    const { ear } = this;
    await this.subscribe(seat.public, channel, (socket) => this.sign(channel, socket), {
      message: (name, value) => { if (mine()) ear.message(name, value); },
      fail: (why) => { if (mine()) ear.fail(why); },
      again: () => { if (mine()) ear.again?.(); },
    }, line.signal);
  }

  #leave(channel: string, line: AbortController): void {
    this.#open.delete(channel);
    line.abort();
  }
}
