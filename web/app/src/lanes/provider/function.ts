/** The lane of events that a function in Segment publishes: no position, nobody who counts, and what is lost is told as a gap of unknown size. */
import type { Table } from "@dagnet-realtime/engine/matching";
import type { Frame } from "@dagnet-realtime/engine/wire.gen";
import type { Place, ServerApi } from "../api.ts";
import { backoff } from "../backoff.ts";
import { OFF, type Connection, type Lane, type LaneSink, type LaneState } from "../lane.ts";
import { ending } from "../roads.ts";
import type { World } from "../world.ts";
import { readPublished, type Envelope } from "./envelope.ts";
import { Heard } from "./heard.ts";
import { Lines } from "./lines.ts";
import type { PublishedSeat } from "./seat.ts";
import type { Subscribe } from "./socket.ts";

/** So often the server is asked which channels these are, and whether this person may still listen. */
export const ASK_MS = 30_000;
/** Without an answer for so long the channel may be an old one; the server gives both for 90 s. */
export const LOST_MS = 80_000;
/** Subscribing takes a moment; later than this the provider is taken to be down. */
export const SUBSCRIBE_MS = 8_000;
/** Frames are at least so far apart. */
export const FRAME_MS = 50;
/** Envelopes that wait for the next frame. */
const MOST_WAITING = 5_000;
const OLD_PLAN = "The function in Segment works by an older plan than this server's: run `dagnet-realtime function` and paste its plan anew. Until then some events may be missing.";

/** What the lane needs: whose events, as what session, and the graph that they are matched against. `resumed` goes on after a reload. */
export interface Listening {
  readonly api: ServerApi;
  readonly place: Place;
  readonly session: string;
  readonly position: string;
  readonly resumed: boolean;
  table(): Table;
  known(id: string): boolean;
}

export class FunctionLane implements Lane {
  #state: LaneState = OFF;
  #sink: LaneSink | null = null;
  readonly #stopped = new AbortController();
  readonly #heard: Heard;
  #waiting: Envelope[] = [];
  #missed = 0;
  #gap: string;
  #plan = "";
  #told = "";
  #broken: string | null = null;
  #stir = new AbortController();

  constructor(
    private readonly by: Listening,
    private readonly world: World,
    private readonly subscribe: Subscribe,
  ) {
    this.#heard = new Heard(by.position, (id) => by.known(id));
    this.#gap = by.resumed ? "this page was reloaded, and the provider keeps nothing" : "";
  }

  get state(): LaneState { return this.#state; }

  start(sink: LaneSink): void {
    this.#sink = sink;
    this.#say("connecting", "");
    void this.#run();
  }

  stop(): void {
    this.#stopped.abort();
    this.#stir.abort();
    this.#state = { ...OFF, since: this.world.now() };
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      const lines = new Lines(this.subscribe, (channel, socket) => this.by.api.signPublished(this.by.place, channel, socket), { message: this.#message, fail: this.#break, again: () => { this.#lose("the provider's connection broke for a moment"); } });
      this.#broken = null;
      try {
        await this.#follow(lines);
        attempt = 0;
        await this.#listen(lines);
      } catch (error) {
        const end = ending(error, signal);
        if (end.kind === "gone") this.#end(end.why);
        else if (end.kind === "broken") this.#break(error instanceof Error && error.name === "Error" ? error.message : end.why);
      } finally {
        lines.close();
      }
      if (this.#done()) return;
      this.#lose("the provider could not be heard, and keeps nothing");
      const wait = backoff(attempt + 1, this.world.chance(), null);
      this.#say("reconnecting", this.#why(), this.world.now() + wait);
      await this.world.sleep(wait, signal);
    }
  }

  /** Asks where to listen, listens there, and tells what has changed. */
  async #follow(lines: Lines): Promise<void> {
    const { api, place } = this.by;
    const seat = await api.published(place, this.#stopped.signal);
    const done = new AbortController();
    const late = this.world.sleep(SUBSCRIBE_MS, done.signal).then(() => false);
    const subscribed = lines.follow(seat).then(() => true);
    subscribed.catch(() => undefined);
    try {
      if (!(await Promise.race([subscribed, late]))) throw new Error("The provider does not answer.");
    } finally {
      done.abort();
    }
    this.#tell(seat);
    if (this.#state.connection !== "live") this.#say("live", "");
    this.#state = { ...this.#state, lastFrameAt: this.world.now() };
    this.#flush();
  }

  async #listen(lines: Lines): Promise<void> {
    let asked = this.world.now();
    let answered = asked;
    while (this.#broken === null && !this.#stopped.signal.aborted) {
      this.#stir = new AbortController();
      if (this.#waiting.length === 0) await this.world.sleep(Math.max(0, asked + ASK_MS - this.world.now()), AbortSignal.any([this.#stir.signal, this.#stopped.signal]));
      await this.world.sleep(FRAME_MS, this.#stopped.signal);
      this.#flush();
      if (this.world.now() < asked + ASK_MS) continue;
      asked = this.world.now();
      try {
        await this.#follow(lines);
        answered = this.world.now();
      } catch (error) {
        if (ending(error, this.#stopped.signal).kind === "gone" || this.world.now() - answered >= LOST_MS) throw error;
      }
    }
  }

  /** A hello at first, then changes: another graph, another policy, a plan that is old. */
  #tell(seat: PublishedSeat): void {
    const old = this.#plan !== "" && this.#plan !== seat.plan;
    const posture = old ? { ...seat.posture, notes: [OLD_PLAN, ...seat.posture.notes] } : seat.posture;
    const told = JSON.stringify([seat.graph_version, posture]);
    if (told === this.#told) return;
    const common = { graph_version: seat.graph_version, sampling: posture.sample, posture };
    const now = new Date(this.world.now()).toISOString();
    if (this.#told === "") this.#show({ op: "hello", watch_session_id: this.by.session, position: this.#heard.position, started_at: now, ledger: {}, protocol: 1, ...common });
    else this.#show({ op: "change", policy_version: seat.plan, since: this.#heard.position, ...common });
    this.#told = told;
  }

  readonly #message = (name: string, value: unknown): void => {
    const published = name === "envelopes" ? readPublished(value) : null;
    if (published === null) return;
    this.#plan = published.plan;
    if (published.forget.length > 0) this.#show({ op: "forget", tokens: published.forget });
    const room = Math.max(0, MOST_WAITING - this.#waiting.length);
    this.#waiting.push(...published.envelopes.slice(0, room));
    this.#missed += published.wrong + Math.max(0, published.envelopes.length - room);
    this.#stir.abort();
  };

  #flush(): void {
    if (this.#gap !== "") this.#show(this.#heard.gap(this.#gap));
    this.#gap = "";
    const envelopes = this.#waiting.splice(0);
    if (envelopes.length > 0 || this.#missed > 0) this.#show(this.#heard.batch(envelopes, this.by.table(), this.#missed));
    this.#missed = 0;
  }

  readonly #done = (): boolean => this.#stopped.signal.aborted;
  readonly #why = (): string => this.#broken ?? "";

  /** What comes next has a gap before it, once something was heard at all. */
  #lose(reason: string): void {
    if (this.#told !== "") this.#gap = reason;
    this.#stir.abort();
  }

  readonly #break = (why: string): void => {
    this.#broken ??= why;
    this.#stir.abort();
  };

  #end(why: string): void {
    this.stop();
    this.#sink?.state(this.#state);
    this.#sink?.ended(why);
  }

  #show(frame: Frame): void {
    if (this.#stopped.signal.aborted) return;
    this.#state = { ...this.#state, lastFrameAt: this.world.now() };
    this.#sink?.frame(frame);
  }

  #say(connection: Connection, why: string, retryAt: number | null = null): void {
    if (this.#stopped.signal.aborted) return;
    this.#state = { connection, transport: connection === "live" ? "function" : null, since: this.#state.connection === connection ? this.#state.since : this.world.now(), lastFrameAt: this.#state.lastFrameAt, retryAt, behindMs: 0, why };
    this.#sink?.state(this.#state);
  }
}
