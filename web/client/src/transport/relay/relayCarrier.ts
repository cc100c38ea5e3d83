/** Carries the server's frames through a realtime provider; fetches lost ones from the server. */
import { isProblem } from "@dagnet-realtime/engine/problem";
import { checkFrame } from "@dagnet-realtime/engine/validation";
import { type Frame, RELAY_CHECK_MS, RELAY_STALE_MS } from "@dagnet-realtime/engine/wire.gen";
import type { RelaySubscription, ServerApi } from "../../api.ts";
import type { Environment } from "../../environment.ts";
import { type CarrierEnd, endOfError, endOfFrame, type FrameListener, receivedFrames } from "../carriers.ts";
import type { Subscribe } from "./pusherSocket.ts";

/** A subscription that takes longer than this means that the provider is down. Below the remote
 * lane's own patience.
 */
export const RELAY_SUBSCRIBE_MS = 5_000;
/** A frame that came early waits so long for those before it. */
export const REORDER_MS = 400;
/** A channel that is given up sends all its viewers on; they are spread over this. */
const SPREAD_MS = 1_500;
/** Unjoinable frames in a row before this carrier is given up. */
const MOST_REPAIRS = 5;
const MOST_QUEUED = 1_000;

/** One way from `after` on, until `signal` aborts. */
export interface RelayRun {
  readonly api: ServerApi;
  readonly session: string;
  readonly after: string;
  readonly listener: FrameListener;
  readonly signal: AbortSignal;
}

const fallBack = (why: string): CarrierEnd => ({ kind: "broken", why, retryAfter: null, poll: true });

/** Frames of one subscription at a provider; what is missing is polled from the server. */
export class RelayCarrier {
  readonly #closing = new AbortController();
  readonly #resequencer: Resequencer;
  readonly #assemble = chunkAssembler();
  #queue: Frame[] = [];
  #end: CarrierEnd | null = null;
  #wake = new AbortController();
  #lastMessageAt: number;
  #checkedAt: number;
  #repairs = 0;

  constructor(
    private readonly way: RelayRun,
    private readonly environment: Environment,
    private readonly subscribe: Subscribe,
  ) {
    this.#resequencer = new Resequencer(way.after);
    this.#lastMessageAt = this.#checkedAt = environment.now();
  }

  /** Travels the provider's channel until it ends. */
  async run(): Promise<CarrierEnd> {
    const { api, session, signal } = this.way;
    const close = (): void => {
      this.#closing.abort();
    };
    signal.addEventListener("abort", close);
    try {
      const seat = await api.relaySubscription(session);
      if (!seat.publishing) return fallBack("The provider takes no messages at this moment.");
      if (!(await this.#subscribed(seat).catch(() => false))) return await this.#notSubscribed(seat);
      await this.#pollMissed();
      this.way.listener.idle();
      this.way.listener.subscribed?.(seat);
      this.#lastMessageAt = this.#checkedAt = this.environment.now();
      while (this.#end === null && !signal.aborted) await this.#step(seat);
      if (this.#end?.kind === "turn") await this.environment.sleep(this.environment.random() * SPREAD_MS, signal);
      return this.#end ?? { kind: "turn" };
    } catch (error) {
      const end = endOfError(error, signal);
      return this.#end ?? (end.kind === "broken" ? { ...end, poll: true } : end);
    } finally {
      signal.removeEventListener("abort", close);
      close();
    }
  }

  /** What to do if it could not subscribe: the channel may have another name by now. */
  async #notSubscribed(seat: RelaySubscription): Promise<CarrierEnd> {
    if (this.way.signal.aborted) return { kind: "turn" };
    const { channel } = await this.way.api.relaySubscription(this.way.session);
    return channel === seat.channel ? (this.#end ?? fallBack("The provider does not answer.")) : { kind: "turn" };
  }

  async #subscribed(seat: RelaySubscription): Promise<boolean> {
    const { api, session } = this.way;
    const listener = { message: this.#message, fail: (why: string) => { this.#stop(fallBack(why)); } };
    const done = new AbortController();
    const subscribing = this.subscribe(seat.public, seat.channel, (socket) => api.signSubscription(session, seat.channel, socket), listener, this.#closing.signal);
    const late = this.environment.sleep(RELAY_SUBSCRIBE_MS, done.signal).then(() => false);
    try {
      return await Promise.race([subscribing.then(() => true), late]);
    } finally {
      done.abort();
    }
  }

  /** Shows what joins, mends what does not, and asks how things are when it is time. */
  async #step(seat: RelaySubscription): Promise<void> {
    for (const frame of this.#queue.splice(0)) this.#emit(this.#resequencer.accept(frame));
    const until = this.#resequencer.missing;
    this.#wake = new AbortController();
    await this.environment.sleep(until === null ? 1_000 : REORDER_MS, AbortSignal.any([this.#wake.signal, this.#closing.signal]));
    if (this.#closing.signal.aborted || this.#end !== null) return;
    if (until !== null && this.#queue.length === 0) await this.#repair(until);
    const now = this.environment.now();
    if (now - this.#lastMessageAt >= RELAY_STALE_MS) this.#stop(fallBack(`The provider has sent nothing for ${RELAY_STALE_MS / 1000} seconds.`));
    if (now - this.#checkedAt < RELAY_CHECK_MS) return;
    this.#checkedAt = now;
    const asked = await this.way.api.relaySubscription(this.way.session);
    if (asked.channel !== seat.channel) this.#stop({ kind: "turn" });
    else if (!asked.publishing) this.#stop(fallBack("The provider takes no messages at this moment."));
    else {
      this.way.listener.idle();
      this.way.listener.subscribed?.(asked);
    }
  }

  /** Fetches what lies before a frame that came early, up to that frame's end: from there the
   * provider's frames join again.
   */
  async #repair(until: string): Promise<void> {
    const { api, session } = this.way;
    const frames = receivedFrames((await api.readRange(session, this.#resequencer.position, until, this.#closing.signal)).frames);
    this.#acceptFetched(frames);
    if (frames.length > 0) {
      this.#repairs = 0;
      return;
    }
    this.#resequencer.dropLast();
    this.#repairs += 1;
    await this.#pollMissed();
    if (this.#repairs >= MOST_REPAIRS) this.#stop(fallBack("What the provider sends does not join."));
  }

  /** What the server has beyond our position; a long past comes in several answers. */
  async #pollMissed(): Promise<void> {
    for (let more = true; more && this.#end === null; ) {
      const { frames } = await this.way.api.poll(this.way.session, this.#resequencer.position, 0, this.#closing.signal);
      const read = receivedFrames(frames);
      this.#acceptFetched(read);
      more = read.some((frame) => frame.op === "batch" && frame.age_ms !== undefined);
    }
  }

  #acceptFetched(frames: readonly Frame[]): void {
    for (const frame of frames) {
      this.#emit([frame]);
      if (frame.op === "gap") this.#emit(this.#resequencer.advanceTo(frame.to));
      else if ("position" in frame) this.#emit(this.#resequencer.advanceTo(frame.position));
    }
  }

  #emit(frames: readonly Frame[]): void {
    for (const frame of frames) {
      this.way.listener.frame(frame);
      const end = endOfFrame(frame);
      if (end) this.#stop(end);
    }
  }

  readonly #message = (name: string, value: unknown): void => {
    this.#lastMessageAt = this.environment.now();
    if (name === "turn") this.#stop({ kind: "turn" });
    const frame = name === "piece" && typeof value === "string" ? parsed(this.#assemble(value)) : name === "frame" ? value : null;
    const checked = checkFrame(frame);
    if (!isProblem(checked) && this.#queue.length < MOST_QUEUED) this.#queue.push(checked);
    this.#wake.abort();
  };

  #stop(end: CarrierEnd): void {
    this.#end ??= end;
    this.#wake.abort();
  }
}

function parsed(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

/** Frames that wait; beyond it the oldest goes, and what it held is fetched. */
export const MOST_EARLY_FRAMES = 200;
/** Positions remembered, to tell a repeat from a frame that came early. */
const MOST_SEEN_POSITIONS = 500;

/** The positions at which a frame begins and ends; null if it has none. */
export function spanOf(frame: Frame): { readonly from: string; readonly to: string } | null {
  if (frame.op === "batch") return { from: frame.from, to: frame.position };
  if (frame.op === "gap") return { from: frame.from, to: frame.to };
  if (frame.op === "beat") return { from: frame.position, to: frame.position };
  return null;
}

/** Stands at `position`; the only writer of it. */
export class Resequencer {
  #waiting: Frame[] = [];
  #passed: string[] = [];

  constructor(private at: string) {}

  get position(): string {
    return this.at;
  }

  /** The end of the newest waiting frame; null if none waits. */
  get missing(): string | null {
    const last = this.#waiting.at(-1);
    return last === undefined ? null : (spanOf(last)?.to ?? null);
  }

  /** The frames that may be shown after this one came, in order. */
  accept(frame: Frame): Frame[] {
    const span = spanOf(frame);
    if (span === null) return [frame];
    if (span.from === this.at) return [frame, ...this.advanceTo(span.to)];
    if (this.#passed.includes(span.to) || span.to === this.at || this.#waiting.some((other) => spanOf(other)?.to === span.to && other.op === frame.op)) return [];
    this.#waiting.push(frame);
    if (this.#waiting.length > MOST_EARLY_FRAMES) this.#waiting.shift();
    return [];
  }

  /** Stands at `position` from here on; gives the waiting frames that go on from there. */
  advanceTo(position: string): Frame[] {
    if (position !== this.at) {
      this.#passed.push(this.at);
      if (this.#passed.length > MOST_SEEN_POSITIONS) this.#passed.shift();
      this.at = position;
    }
    const next = this.#waiting.find((frame) => spanOf(frame)?.from === position);
    this.#waiting = this.#waiting.filter((frame) => frame !== next && spanOf(frame)?.to !== position && !this.#passed.includes(spanOf(frame)?.to ?? ""));
    return next === undefined ? [] : [next, ...this.advanceTo(spanOf(next)?.to ?? position)];
  }

  /** Gives up the newest waiting frame: what lies before it cannot be known. */
  dropLast(): void {
    this.#waiting.pop();
  }
}

/** Messages whose pieces are still coming at once. An older one has lost a piece, and its content
 * is fetched.
 */
export const MOST_OPEN_MESSAGES = 16;
const MOST_CHUNKS = 500;
const CHUNK = /^(\S{1,64}) (\d{1,4}) (\d{1,4}) /;

/** Returns a function that takes pieces in any order, and returns the text once it is complete. */
export function chunkAssembler(): (piece: string) => string | null {
  const open = new Map<string, (string | undefined)[]>();
  return (piece) => {
    const found = CHUNK.exec(piece);
    if (found === null) return null;
    const [head, id = "", number, count] = found;
    const [index, all] = [Number(number), Number(count)];
    if (all === 0 || all > MOST_CHUNKS || index >= all) return null;
    const parts = open.get(id) ?? new Array<string | undefined>(all).fill(undefined);
    if (parts.length !== all) return null;
    parts[index] = piece.slice(head.length);
    open.set(id, parts);
    if (parts.includes(undefined)) {
      const oldest = open.keys().next().value;
      if (open.size > MOST_OPEN_MESSAGES && oldest !== undefined) open.delete(oldest);
      return null;
    }
    open.delete(id);
    return parts.join("");
  };
}
