/** The road through a provider: frames come from its channel, what it loses is fetched from the server, and silence ends it. */
import type { Frame } from "@dagnet-realtime/engine/wire.gen";
import type { ServerApi } from "../api.ts";
import { ending, farewell, type Ear, type Ending } from "../roads.ts";
import type { World } from "../world.ts";
import { Joiner } from "./order.ts";
import { assembler } from "./pieces.ts";
import type { Seat } from "./seat.ts";
import type { Subscribe } from "./socket.ts";

/** Subscribing takes a moment; later than this the provider is taken to be down. Below the remote lane's own patience. */
export const SUBSCRIBE_MS = 5_000;
/** So often the server is asked whether this is still the channel, and whether the provider takes its messages. */
export const ASK_MS = 8_000;
/** Beats come every 15 s through the provider too. */
export const QUIET_MS = 18_000;
/** A frame that came early waits so long for those before it. */
export const PATIENCE_MS = 400;
/** A channel that is given up sends all its viewers on; they are spread over this. */
const SPREAD_MS = 1_500;
/** Frames that nobody could join, in a row, before the road is given up. */
const MOST_TRIES = 5;
const MOST_QUEUED = 1_000;

/** One way from `after` on, until `signal` aborts. */
export interface Way {
  readonly api: ServerApi;
  readonly session: string;
  readonly after: string;
  readonly ear: Ear;
  readonly signal: AbortSignal;
}

const down = (why: string): Ending => ({ kind: "broken", why, retryAfter: null, poll: true });

export class ProviderRoad {
  readonly #closing = new AbortController();
  readonly #joiner: Joiner;
  readonly #whole = assembler();
  #queue: Frame[] = [];
  #end: Ending | null = null;
  #stir = new AbortController();
  #heardAt: number;
  #askedAt: number;
  #tries = 0;

  constructor(
    private readonly way: Way,
    private readonly world: World,
    private readonly subscribe: Subscribe,
  ) {
    this.#joiner = new Joiner(way.after);
    this.#heardAt = this.#askedAt = world.now();
  }

  /** Travels the provider's channel until it ends. */
  async travel(): Promise<Ending> {
    const { api, session, signal } = this.way;
    const close = (): void => {
      this.#closing.abort();
    };
    signal.addEventListener("abort", close);
    try {
      const seat = await api.seat(session);
      if (!seat.publishing) return down("The provider takes no messages at this moment.");
      if (!(await this.#subscribed(seat).catch(() => false))) return await this.#outside(seat);
      await this.#look();
      this.way.ear.silence();
      this.way.ear.seat?.(seat);
      this.#heardAt = this.#askedAt = this.world.now();
      while (this.#end === null && !signal.aborted) await this.#step(seat);
      if (this.#end?.kind === "turn") await this.world.sleep(this.world.chance() * SPREAD_MS, signal);
      return this.#end ?? { kind: "turn" };
    } catch (error) {
      const end = ending(error, signal);
      return this.#end ?? (end.kind === "broken" ? { ...end, poll: true } : end);
    } finally {
      signal.removeEventListener("abort", close);
      close();
    }
  }

  /** What to do where it could not subscribe: the channel may have gone on under another name since the seat was told. */
  async #outside(seat: Seat): Promise<Ending> {
    if (this.way.signal.aborted) return { kind: "turn" };
    const { channel } = await this.way.api.seat(this.way.session);
    return channel === seat.channel ? (this.#end ?? down("The provider does not answer.")) : { kind: "turn" };
  }

  async #subscribed(seat: Seat): Promise<boolean> {
    const { api, session } = this.way;
    const ear = { message: this.#message, fail: (why: string) => { this.#stop(down(why)); } };
    const done = new AbortController();
    const subscribing = this.subscribe(seat.public, seat.channel, (socket) => api.sign(session, seat.channel, socket), ear, this.#closing.signal);
    const late = this.world.sleep(SUBSCRIBE_MS, done.signal).then(() => false);
    try {
      return await Promise.race([subscribing.then(() => true), late]);
    } finally {
      done.abort();
    }
  }

  /** Shows what joins, mends what does not, and asks how things are when it is time. */
  async #step(seat: Seat): Promise<void> {
    for (const frame of this.#queue.splice(0)) this.#show(this.#joiner.take(frame));
    const until = this.#joiner.missing;
    this.#stir = new AbortController();
    await this.world.sleep(until === null ? 1_000 : PATIENCE_MS, AbortSignal.any([this.#stir.signal, this.#closing.signal]));
    if (this.#closing.signal.aborted || this.#end !== null) return;
    if (until !== null && this.#queue.length === 0) await this.#mend(until);
    const now = this.world.now();
    if (now - this.#heardAt >= QUIET_MS) this.#stop(down("The provider has sent nothing for 18 seconds."));
    if (now - this.#askedAt < ASK_MS) return;
    this.#askedAt = now;
    const asked = await this.way.api.seat(this.way.session);
    if (asked.channel !== seat.channel) this.#stop({ kind: "turn" });
    else if (!asked.publishing) this.#stop(down("The provider takes no messages at this moment."));
    else {
      this.way.ear.silence();
      this.way.ear.seat?.(asked);
    }
  }

  /** Fetches what lies before a frame that came early, up to that frame's end: from there the provider's frames join again. */
  async #mend(until: string): Promise<void> {
    const { api, session } = this.way;
    const { frames } = await api.span(session, this.#joiner.position, until, this.#closing.signal);
    this.#fetched(frames);
    if (frames.length > 0) {
      this.#tries = 0;
      return;
    }
    this.#joiner.drop();
    this.#tries += 1;
    await this.#look();
    if (this.#tries >= MOST_TRIES) this.#stop(down("What the provider sends does not join."));
  }

  /** What the server has beyond where we stand. */
  async #look(): Promise<void> {
    const { frames } = await this.way.api.poll(this.way.session, this.#joiner.position, 0, this.#closing.signal);
    this.#fetched(frames);
  }

  #fetched(frames: readonly Frame[]): void {
    for (const frame of frames) {
      this.#show([frame]);
      if (frame.op === "gap") this.#show(this.#joiner.reach(frame.to));
      else if ("position" in frame) this.#show(this.#joiner.reach(frame.position));
    }
  }

  #show(frames: readonly Frame[]): void {
    for (const frame of frames) {
      this.way.ear.frame(frame);
      const end = farewell(frame);
      if (end) this.#stop(end);
    }
  }

  readonly #message = (name: string, value: unknown): void => {
    this.#heardAt = this.world.now();
    if (name === "turn") this.#stop({ kind: "turn" });
    const frame = name === "piece" && typeof value === "string" ? parsed(this.#whole(value)) : name === "frame" ? value : null;
    if (isFrame(frame) && this.#queue.length < MOST_QUEUED) this.#queue.push(frame);
    this.#stir.abort();
  };

  #stop(end: Ending): void {
    this.#end ??= end;
    this.#stir.abort();
  }
}

function parsed(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

function isFrame(value: unknown): value is Frame {
  return typeof value === "object" && value !== null && "op" in value && typeof value.op === "string";
}
