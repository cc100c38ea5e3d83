/** The transport from our server: a stream while it works, else polls; resumes by position. */
import { type Frame, POLL_MS, STALE_MS } from "@dagnet-realtime/engine/wire.gen";
import type { ServerApi } from "../api.ts";
import type { Environment } from "../environment.ts";
import { backoffMs } from "../http.ts";
import { type Carrier, type CarrierEnd, type FrameListener, pollOnce, STREAM } from "./carriers.ts";
import type { StreamSlots } from "./streamSlots.ts";
import { type Connection, type ConnectionStatus, OFF, positionAfter, type Transport, type TransportKind, type TransportSink } from "./transport.ts";

/** An open stream on a hidden tab grows the browser's memory; a minute spares a short absence. */
export const HIDDEN_MS = 60_000;
/** A hidden tab looks this often: well inside the session's lease of five minutes. */
const HIDDEN_POLL_MS = 60_000;
/** A stream's first frame comes at once; later than this, something between us holds it back. */
const FIRST_FRAME_MS = 6_000;
/** After so many answered streams in a row without a frame, a proxy between us swallows streams. */
const SILENT_STREAMS = 2;
/** While polling, the stream is tried again this often. */
const PUSH_AGAIN_MS = 30_000;

/** Frames of a server, by push where it works and by polls where it does not. */
export class RemoteTransport implements Transport {
  #state: ConnectionStatus = OFF;
  #sink: TransportSink | null = null;
  readonly #stopped = new AbortController();
  #carrierEnd = new AbortController();
  #hiddenSince: number | null = null;
  #streamFailures = 0;
  #unsettled = false;
  readonly #lag = new LagEstimator();

  constructor(
    private readonly api: ServerApi,
    private readonly session: string,
    private position: string,
    private readonly slots: StreamSlots,
    private readonly environment: Environment,
    private readonly carrier: Carrier = STREAM,
  ) {}

  get state(): ConnectionStatus {
    return this.#state;
  }

  start(sink: TransportSink): void {
    this.#sink = sink;
    const stir = this.environment.onWake(() => {
      this.#onWake();
    });
    this.#stopped.signal.addEventListener("abort", stir);
    this.#onWake();
    this.#setStatus("connecting", null, "");
    void this.#run(sink);
    void this.#watch();
  }

  stop(): void {
    this.#stopped.abort();
    this.#carrierEnd.abort();
    this.#state = { ...OFF, since: this.environment.now() };
  }

  /** Goes back (or on) to `position`: the engine says that it stands there. */
  seek(position: string): void {
    if (position === this.position) return;
    this.position = position;
    this.#carrierEnd.abort();
  }

  reconnect(): void {
    this.#carrierEnd.abort();
  }

  async #run(sink: TransportSink): Promise<void> {
    let attempt = 0;
    while (!this.#done()) {
      const before = this.#state.lastFrameAt;
      const end = await this.#attempt();
      if (this.#done()) return;
      if (end.kind === "gone") {
        this.stop();
        sink.state(this.#state);
        sink.ended(end.why, end.lapsed === true);
        return;
      }
      if (end.kind === "turn") continue;
      attempt = this.#state.lastFrameAt === before ? attempt + 1 : 0;
      const wait = backoffMs(attempt, this.environment.random(), end.retryAfter);
      this.#setStatus(this.#state.connection === "stale" ? "stale" : "reconnecting", null, end.why, this.environment.now() + wait);
      this.#carrierEnd = new AbortController();
      await this.environment.sleep(wait, this.#carrierEnd.signal);
    }
  }

  /** One carrier until it ends: the stream if there is a place for it and it works, else polls. */
  async #attempt(): Promise<CarrierEnd> {
    const road = new AbortController();
    this.#carrierEnd = road;
    if (this.#isIdle()) return this.#idlePoll(road.signal);
    const slot = this.#streamFailures < SILENT_STREAMS ? await this.slots.acquire() : null;
    if (!slot) return this.#polls(road.signal, this.#streamFailures >= SILENT_STREAMS ? this.carrier.fallbackReason : "Four other tabs hold a stream, so this one asks every moment instead.");
    const heard = this.#state.lastFrameAt;
    const silent = (): boolean => this.#state.lastFrameAt === heard;
    const late: { is: boolean } = { is: false };
    const ended = new AbortController();
    void this.environment.sleep(FIRST_FRAME_MS, ended.signal).then(() => {
      late.is = silent() && !ended.signal.aborted;
      if (late.is) road.abort();
    });
    const end = await this.carrier.run(this.api, this.session, this.position, this.#listener(this.carrier.transport, ""), road.signal);
    ended.abort();
    slot.release();
    if (!silent()) this.#streamFailures = 0;
    else if (late.is || (end.kind === "broken" && end.answered)) this.#streamFailures += 1;
    if (end.kind === "broken" && end.poll) this.#streamFailures = SILENT_STREAMS;
    return end;
  }

  async #polls(signal: AbortSignal, why: string): Promise<CarrierEnd> {
    const until = this.environment.now() + PUSH_AGAIN_MS;
    while (!signal.aborted && this.environment.now() < until) {
      // The first poll only asks whether the road is open.
      const wait = this.#state.lastFrameAt === null ? 0 : POLL_MS / 1000;
      const end = await pollOnce(this.api, this.session, this.position, wait, this.#listener("poll", why), signal);
      if (end) return end;
    }
    this.#streamFailures = 0;
    return { kind: "turn" };
  }

  /** A hidden tab: no stream, one look a minute keeps the lease and the position. */
  async #idlePoll(signal: AbortSignal): Promise<CarrierEnd> {
    const end = await pollOnce(this.api, this.session, this.position, 0, this.#listener("poll", "This tab is hidden, so it only looks once a minute."), signal);
    if (end) return end;
    await this.environment.sleep(HIDDEN_POLL_MS, signal);
    return { kind: "turn" };
  }

  #listener(transport: TransportKind, why: string): FrameListener {
    const heard = (): void => {
      const now = this.environment.now();
      const connection: Connection = transport === "poll" ? "polling" : "live";
      if (this.#state.connection !== connection) this.#setStatus(connection, transport, why);
      this.#state = { ...this.#state, lastFrameAt: now };
    };
    return {
      frame: (frame) => {
        heard();
        if (frame.op === "beat") this.environment.told?.(Date.parse(frame.now));
        this.#setLag(this.#lag.update(frame, this.environment.now()));
        this.position = positionAfter(frame) ?? this.position;
        this.#sink?.frame(frame);
      },
      idle: heard,
      subscribed: (seat) => {
        this.#sink?.state((this.#state = { ...this.#state, relay: seat }));
        // An older server's seat does not say.
        if (seat.company.follows !== undefined) this.#sink?.frame({ op: "company", follows: seat.company.follows });
      },
    };
  }

  /** Says stale when nothing was heard for too long, and gives the dead road up. */
  async #watch(): Promise<void> {
    while (!this.#done()) {
      await this.environment.sleep(1000, this.#stopped.signal);
      if (this.#hiddenSince !== null && !this.#isIdle()) continue;
      if (this.#isIdle()) {
        if (this.#state.connection === "live") this.#carrierEnd.abort();
        continue;
      }
      const unsettled = this.environment.unsettled?.() ?? false;
      // After a sleep the connection may be dead without a sign: another one shows it at once.
      if (unsettled && !this.#unsettled) this.#carrierEnd.abort();
      this.#unsettled = unsettled;
      const quiet = this.environment.now() - (this.#state.lastFrameAt ?? this.#state.since);
      if (quiet < STALE_MS || this.#state.connection === "stale") continue;
      this.#setStatus("stale", null, "Nothing was heard for 20 seconds; trying again.");
      this.#carrierEnd.abort();
    }
  }

  /** Tells how far behind the frames are, once for each second of it. */
  #setLag(behindMs: number): void {
    if (Math.floor(behindMs / 1000) === Math.floor(this.#state.lagMs / 1000)) return;
    this.#state = { ...this.#state, lagMs: behindMs };
    this.#sink?.state(this.#state);
  }

  #done(): boolean {
    return this.#stopped.signal.aborted;
  }

  #isIdle(): boolean {
    return this.#hiddenSince !== null && this.environment.now() - this.#hiddenSince >= HIDDEN_MS;
  }

  #onWake(): void {
    const resting = this.#isIdle();
    this.#hiddenSince = this.environment.hidden() ? (this.#hiddenSince ?? this.environment.now()) : null;
    const waiting = this.#state.connection === "reconnecting" || this.#state.connection === "stale";
    if (this.#hiddenSince === null && (resting || waiting)) this.#carrierEnd.abort();
  }

  #setStatus(connection: Connection, transport: TransportKind | null, why: string, retryAt: number | null = null): void {
    if (this.#done()) return;
    const since = this.#state.connection === connection ? this.#state.since : this.environment.now();
    this.#state = { connection, transport, since, lastFrameAt: this.#state.lastFrameAt, retryAt, lagMs: 0, why };
    this.#sink?.state(this.#state);
  }
}

/** A lag below this many milliseconds is not shown: ticks, network and poll turns cause it. */
const LEAST_LAG_MS = 2000;

/** The shortest way seen is how far the clocks differ; what takes longer than that is behind. */
export class LagEstimator {
  #shortest = Infinity;
  #ms = 0;

  /** Milliseconds behind after a frame that arrived `at` (milliseconds since 1970); 0 if too little
   * to show.
   */
  update(frame: Frame, at: number): number {
    const told = frame.op === "beat" ? Date.parse(frame.now) : newestArrival(frame);
    if (told === null || Number.isNaN(told)) return this.#ms;
    this.#shortest = Math.min(this.#shortest, at - told);
    const behind = frame.op === "beat" ? 0 : at - told - this.#shortest;
    this.#ms = behind < LEAST_LAG_MS ? 0 : behind;
    return this.#ms;
  }
}

/** When the newest event of a batch arrived at the server; null if it carries none, or is of the
 * past.
 */
function newestArrival(frame: Frame): number | null {
  if (frame.op !== "batch" || frame.from === frame.position || frame.events.length === 0 || frame.age_ms !== undefined) return null;
  return Math.max(...frame.events.map(({ arrived_at }) => Date.parse(arrived_at)));
}
