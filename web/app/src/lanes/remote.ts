/** The remote lane: push while it works, poll while it does not, and the truth about both; it resumes by position. */
import type { ServerApi } from "./api.ts";
import { backoff } from "./backoff.ts";
import { Behind } from "./behind.ts";
import { OFF, reached, type Connection, type Lane, type LaneSink, type LaneState, type Transport } from "./lane.ts";
import { pollOnce, STREAM, type Ear, type Ending, type Push } from "./roads.ts";
import type { Slots } from "./slots.ts";
import type { World } from "./world.ts";

/** Beats come every 15 s; five more say that the road is dead. */
export const STALE_MS = 20_000;
/** An open stream on a hidden tab grows the browser's memory; a minute spares those who only glance away. */
export const HIDDEN_MS = 60_000;
/** A hidden tab looks this often: well inside the session's lease of five minutes. */
const HIDDEN_POLL_MS = 60_000;
/** Seconds that a poll waits on the server: shorter than `STALE_MS`, so that silence and death differ. */
const POLL_WAIT_S = 10;
/** A stream's first frame comes at once; later than this, something between us holds it back. */
const FIRST_FRAME_MS = 6_000;
/** After this many answered streams in a row without one frame, something between us swallows streams. */
const DEAF_TRIES = 2;
/** While polling, the stream is tried again this often. */
const PUSH_AGAIN_MS = 30_000;

export class RemoteLane implements Lane {
  #state: LaneState = OFF;
  #sink: LaneSink | null = null;
  readonly #stopped = new AbortController();
  #road = new AbortController();
  #hiddenSince: number | null = null;
  #deaf = 0;
  readonly #behind = new Behind();

  constructor(
    private readonly api: ServerApi,
    private readonly session: string,
    private position: string,
    private readonly slots: Slots,
    private readonly world: World,
    private readonly carrier: Push = STREAM,
  ) {}

  get state(): LaneState {
    return this.#state;
  }

  start(sink: LaneSink): void {
    this.#sink = sink;
    const stir = this.world.onStir(() => {
      this.#stirred();
    });
    this.#stopped.signal.addEventListener("abort", stir);
    this.#stirred();
    this.#say("connecting", null, "");
    void this.#travel(sink);
    void this.#watch();
  }

  stop(): void {
    this.#stopped.abort();
    this.#road.abort();
    this.#state = { ...OFF, since: this.world.now() };
  }

  /** Goes back (or on) to `position`: the engine says that it stands there. */
  seek(position: string): void {
    if (position === this.position) return;
    this.position = position;
    this.#road.abort();
  }

  async #travel(sink: LaneSink): Promise<void> {
    let attempt = 0;
    while (!this.#done()) {
      const before = this.#state.lastFrameAt;
      const end = await this.#once();
      if (this.#done()) return;
      if (end.kind === "gone") {
        this.stop();
        sink.state(this.#state);
        sink.ended(end.why);
        return;
      }
      if (end.kind === "turn") continue;
      attempt = this.#state.lastFrameAt === before ? attempt + 1 : 0;
      const wait = backoff(attempt, this.world.chance(), end.retryAfter);
      this.#say(this.#state.connection === "stale" ? "stale" : "reconnecting", null, end.why, this.world.now() + wait);
      this.#road = new AbortController();
      await this.world.sleep(wait, this.#road.signal);
    }
  }

  /** One road until it ends: the stream where there is a place for it and it works, else polls. */
  async #once(): Promise<Ending> {
    const road = new AbortController();
    this.#road = road;
    if (this.#resting()) return this.#rest(road.signal);
    const slot = this.#deaf < DEAF_TRIES ? await this.slots.take() : null;
    if (!slot) return this.#polls(road.signal, this.#deaf >= DEAF_TRIES ? this.carrier.deaf : "Four other tabs hold a stream, so this one asks every moment instead.");
    const heard = this.#state.lastFrameAt;
    const silent = (): boolean => this.#state.lastFrameAt === heard;
    const late: { is: boolean } = { is: false };
    const ended = new AbortController();
    void this.world.sleep(FIRST_FRAME_MS, ended.signal).then(() => {
      late.is = silent() && !ended.signal.aborted;
      if (late.is) road.abort();
    });
    const end = await this.carrier.travel(this.api, this.session, this.position, this.#ear(this.carrier.transport, ""), road.signal);
    ended.abort();
    slot.release();
    if (!silent()) this.#deaf = 0;
    else if (late.is || (end.kind === "broken" && end.answered)) this.#deaf += 1;
    if (end.kind === "broken" && end.poll) this.#deaf = DEAF_TRIES;
    return end;
  }

  async #polls(signal: AbortSignal, why: string): Promise<Ending> {
    const until = this.world.now() + PUSH_AGAIN_MS;
    while (!signal.aborted && this.world.now() < until) {
      const end = await pollOnce(this.api, this.session, this.position, POLL_WAIT_S, this.#ear("poll", why), signal);
      if (end) return end;
    }
    this.#deaf = 0;
    return { kind: "turn" };
  }

  /** A hidden tab: no stream, one look a minute keeps the lease and the position. */
  async #rest(signal: AbortSignal): Promise<Ending> {
    const end = await pollOnce(this.api, this.session, this.position, 0, this.#ear("poll", "This tab is hidden, so it only looks once a minute."), signal);
    if (end) return end;
    await this.world.sleep(HIDDEN_POLL_MS, signal);
    return { kind: "turn" };
  }

  #ear(transport: Transport, why: string): Ear {
    const heard = (): void => {
      const now = this.world.now();
      const connection: Connection = transport === "poll" ? "polling" : "live";
      if (this.#state.connection !== connection) this.#say(connection, transport, why);
      this.#state = { ...this.#state, lastFrameAt: now };
    };
    return {
      frame: (frame) => {
        heard();
        this.#fresh(this.#behind.after(frame, this.world.now()));
        this.position = reached(frame) ?? this.position;
        this.#sink?.frame(frame);
      },
      silence: heard,
      seat: (seat) => { this.#sink?.state((this.#state = { ...this.#state, seat })); },
    };
  }

  /** Says stale when nothing was heard for too long, and gives the dead road up. */
  async #watch(): Promise<void> {
    while (!this.#done()) {
      await this.world.sleep(1000, this.#stopped.signal);
      if (this.#hiddenSince !== null && !this.#resting()) continue;
      if (this.#resting()) {
        if (this.#state.connection === "live") this.#road.abort();
        continue;
      }
      const quiet = this.world.now() - (this.#state.lastFrameAt ?? this.#state.since);
      if (quiet < STALE_MS || this.#state.connection === "stale") continue;
      this.#say("stale", null, "Nothing was heard for 20 seconds; trying again.");
      this.#road.abort();
    }
  }

  /** Tells how far behind the frames are, once for each second of it. */
  #fresh(behindMs: number): void {
    if (Math.floor(behindMs / 1000) === Math.floor(this.#state.behindMs / 1000)) return;
    this.#state = { ...this.#state, behindMs };
    this.#sink?.state(this.#state);
  }

  #done(): boolean {
    return this.#stopped.signal.aborted;
  }

  #resting(): boolean {
    return this.#hiddenSince !== null && this.world.now() - this.#hiddenSince >= HIDDEN_MS;
  }

  #stirred(): void {
    const resting = this.#resting();
    this.#hiddenSince = this.world.hidden() ? (this.#hiddenSince ?? this.world.now()) : null;
    const waiting = this.#state.connection === "reconnecting" || this.#state.connection === "stale";
    if (this.#hiddenSince === null && (resting || waiting)) this.#road.abort();
  }

  #say(connection: Connection, transport: Transport | null, why: string, retryAt: number | null = null): void {
    if (this.#done()) return;
    const since = this.#state.connection === connection ? this.#state.since : this.world.now();
    this.#state = { connection, transport, since, lastFrameAt: this.#state.lastFrameAt, retryAt, behindMs: 0, why };
    this.#sink?.state(this.#state);
  }
}
