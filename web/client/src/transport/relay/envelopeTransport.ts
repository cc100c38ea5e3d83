/** The transport of events that are published one by one, as a function in Segment does. It has no
 * positions; lost events are shown as a gap of unknown size.
 */
import { type Check, either, finite, flag, isRecord, list, maybe, object, oneOf, record, text, whole } from "@dagnet-realtime/engine/checks";
import { candidateNames, match, type Properties, shownName, type Table } from "@dagnet-realtime/engine/matching";
import { iso } from "@dagnet-realtime/engine/eventBuffer";
import { checkGuarantees } from "@dagnet-realtime/engine/validation";
import { type Batch, type FrameEvent, type Frame, FUNCTION_CHECK_MS, FUNCTION_LOST_MS, type Gap, type Token } from "@dagnet-realtime/engine/wire.gen";
import { type FunctionSubscription, type SubscriptionSignature, valid } from "../../api.ts";
import type { Environment } from "../../environment.ts";
import { backoffMs } from "../../http.ts";
import { endOfError } from "../carriers.ts";
import { type Connection, type ConnectionStatus, OFF, type Transport, type TransportKind, type TransportSink } from "../transport.ts";
import type { ProviderListener, Subscribe } from "./pusherSocket.ts";

/** Subscribing takes a moment; later than this the provider is taken to be down. */
export const FUNCTION_SUBSCRIBE_MS = 8_000;
/** Frames are at least so far apart. */
export const FRAME_MS = 50;
/** Envelopes that wait for the next frame. */
const MOST_WAITING_ENVELOPES = 5_000;
const OUTDATED_PLAN = "The function in Segment works by an older plan than this server's: run `dagnet-realtime function` and paste its plan anew. Until then some events may be missing.";

/** Who publishes. `why` says what is wrong with it, "" if nothing is. */
export interface Publisher {
  readonly transport: TransportKind;
  /** The channels of this moment, and what can be trusted of what comes. */
  subscription(signal: AbortSignal): Promise<FunctionSubscription>;
  sign(channel: string, socketId: string): Promise<SubscriptionSignature>;
  /** Reads one message; null if it is none of the publisher's. */
  read(name: string, value: unknown): Published | null;
  why?(): string;
}

/** Whose events, as what session, and the graph that they are matched against. `resumed` goes on
 * after a reload.
 */
export interface EnvelopeTransportOptions {
  readonly publisher: Publisher;
  readonly session: string;
  readonly position: string;
  readonly resumed: boolean;
  table(): Table;
  known(id: string): boolean;
}

/** Events that are published one by one at a provider, as frames. */
export class EnvelopeTransport implements Transport {
  #state: ConnectionStatus = OFF;
  #sink: TransportSink | null = null;
  readonly #stopped = new AbortController();
  readonly #builder: FrameBuilder;
  #waiting: Envelope[] = [];
  #missed = 0;
  #gap: string;
  #plan = "";
  #announced = "";
  #broken: string | null = null;
  #wake = new AbortController();

  constructor(
    private readonly by: EnvelopeTransportOptions,
    private readonly environment: Environment,
    private readonly subscribe: Subscribe,
  ) {
    this.#builder = new FrameBuilder(by.position, (id) => by.known(id));
    this.#gap = by.resumed ? "this page subscribed anew, and the provider keeps nothing" : "";
  }

  get state(): ConnectionStatus { return this.#state; }

  start(sink: TransportSink): void {
    this.#sink = sink;
    this.#setStatus("connecting", "");
    void this.#run();
  }

  stop(): void {
    this.#stopped.abort();
    this.#wake.abort();
    this.#state = { ...OFF, since: this.environment.now() };
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      const lines = new Subscriptions(this.subscribe, (channel, socket) => this.by.publisher.sign(channel, socket), { message: this.#message, fail: this.#break, reconnected: () => { this.#markLost("the provider's connection broke for a moment"); } });
      this.#broken = null;
      try {
        await this.#follow(lines);
        attempt = 0;
        await this.#listen(lines);
      } catch (error) {
        const end = endOfError(error, signal);
        if (end.kind === "gone") this.#end(end.why);
        else if (end.kind === "broken") this.#break(error instanceof Error && error.name === "Error" ? error.message : end.why);
      } finally {
        lines.close();
      }
      if (this.#done()) return;
      this.#markLost("the provider could not be heard, and keeps nothing");
      const wait = backoffMs(attempt + 1, this.environment.random(), null);
      this.#setStatus("reconnecting", this.#why(), this.environment.now() + wait);
      await this.environment.sleep(wait, signal);
    }
  }

  /** Asks for the channels, subscribes to them, and reports what has changed. */
  async #follow(lines: Subscriptions): Promise<void> {
    const seat = await this.by.publisher.subscription(this.#stopped.signal);
    valid(checkGuarantees(seat.posture));
    const done = new AbortController();
    const late = this.environment.sleep(FUNCTION_SUBSCRIBE_MS, done.signal).then(() => false);
    const subscribed = lines.update(seat).then(() => true);
    subscribed.catch(() => undefined);
    try {
      if (!(await Promise.race([subscribed, late]))) throw new Error("The provider does not answer.");
    } finally {
      done.abort();
    }
    this.#announce(seat);
    this.#setLive();
    this.#state = { ...this.#state, lastFrameAt: this.environment.now() };
    this.#flush();
  }

  async #listen(lines: Subscriptions): Promise<void> {
    let asked = this.environment.now();
    let answered = asked;
    while (this.#broken === null && !this.#stopped.signal.aborted) {
      this.#wake = new AbortController();
      if (this.#waiting.length === 0) await this.environment.sleep(Math.max(0, asked + FUNCTION_CHECK_MS - this.environment.now()), AbortSignal.any([this.#wake.signal, this.#stopped.signal]));
      await this.environment.sleep(FRAME_MS, this.#stopped.signal);
      this.#flush();
      if (this.environment.now() < asked + FUNCTION_CHECK_MS) continue;
      asked = this.environment.now();
      try {
        await this.#follow(lines);
        answered = this.environment.now();
      } catch (error) {
        if (endOfError(error, this.#stopped.signal).kind === "gone" || this.environment.now() - answered >= FUNCTION_LOST_MS) throw error;
      }
    }
  }

  /** A hello at first, then changes: another graph, another policy, a plan that is old. */
  #announce(seat: FunctionSubscription): void {
    const old = this.#plan !== "" && this.#plan !== seat.plan;
    const posture = old ? { ...seat.posture, notes: [OUTDATED_PLAN, ...seat.posture.notes] } : seat.posture;
    const told = JSON.stringify([seat.graph_version, posture]);
    if (told === this.#announced) return;
    const common = { graph_version: seat.graph_version, sampling: posture.sample, posture };
    const now = new Date(this.environment.now()).toISOString();
    if (this.#announced === "") this.#emit({ op: "hello", watch_session_id: this.by.session, position: this.#builder.position, started_at: now, ledger: {}, protocol: 1, ...common });
    else this.#emit({ op: "change", policy_version: seat.plan, since: this.#builder.position, ...common });
    this.#announced = told;
  }

  readonly #message = (name: string, value: unknown): void => {
    const published = this.by.publisher.read(name, value);
    if (published === null) return;
    if (this.#state.connection === "live") this.#setLive();
    this.#plan = published.plan;
    if (published.forget.length > 0) this.#emit({ op: "forget", tokens: published.forget });
    const room = Math.max(0, MOST_WAITING_ENVELOPES - this.#waiting.length);
    this.#waiting.push(...published.envelopes.slice(0, room));
    this.#missed += published.wrong + Math.max(0, published.envelopes.length - room);
    this.#wake.abort();
  };

  #flush(): void {
    if (this.#gap !== "") this.#emit(this.#builder.gap(this.#gap));
    this.#gap = "";
    const envelopes = this.#waiting.splice(0);
    if (envelopes.length > 0 || this.#missed > 0) this.#emit(this.#builder.batch(envelopes, this.by.table(), this.#missed));
    this.#missed = 0;
  }

  readonly #done = (): boolean => this.#stopped.signal.aborted;
  readonly #why = (): string => [this.#broken ?? "", this.by.publisher.why?.() ?? ""].filter(Boolean).join(" ");

  #setLive(): void {
    const why = this.by.publisher.why?.() ?? "";
    if (this.#state.connection !== "live" || this.#state.why !== why) this.#setStatus("live", why);
  }

  /** What comes next has a gap before it, once something was heard at all. */
  #markLost(reason: string): void {
    if (this.#announced !== "") this.#gap = reason;
    this.#wake.abort();
  }

  readonly #break = (why: string): void => {
    this.#broken ??= why;
    this.#wake.abort();
  };

  #end(why: string): void {
    this.stop();
    this.#sink?.state(this.#state);
    this.#sink?.ended(why);
  }

  #emit(frame: Frame): void {
    if (this.#stopped.signal.aborted) return;
    this.#state = { ...this.#state, lastFrameAt: this.environment.now() };
    this.#sink?.frame(frame);
  }

  #setStatus(connection: Connection, why: string, retryAt: number | null = null): void {
    if (this.#stopped.signal.aborted) return;
    this.#state = { connection, transport: connection === "live" ? this.by.publisher.transport : null, since: this.#state.connection === connection ? this.#state.since : this.environment.now(), lastFrameAt: this.#state.lastFrameAt, retryAt, lagMs: 0, why };
    this.#sink?.state(this.#state);
  }
}

/** What events that only the function has seen are said to come from. */
export const SOURCE = "Segment";
/** Message ids remembered, in each of two generations. */
const REMEMBERED_IDS = 50_000;
/** In place of a log's offsets: milliseconds since 2026, and in each the places of a call.
 * Segment's greatest batch has 400 events.
 */
const EPOCH = Date.UTC(2026);
const PLACES = 4096;
/** Unmapped names of one frame that are counted apart. */
const MOST_NAMES = 200;

/** Builds the frames of one session and numbers them, since no server does; the only writer of its
 * position. `known` recognises ids from before this page.
 */
export class FrameBuilder {
  #number: number;
  #fresh = new Set<string>();
  #stale: ReadonlySet<string> = new Set();

  constructor(
    position: string,
    private readonly known: (id: string) => boolean,
  ) {
    this.#number = Number(/^function:(\d{1,15})$/.exec(position)?.[1] ?? 0);
  }

  get position(): string {
    return `function:${this.#number}`;
  }

  /** One frame of everything in `envelopes`. Repeats are carried, so that they are reported, and
   * not counted. `missed` is the number that could not be taken.
   */
  batch(envelopes: readonly Envelope[], table: Table, missed: number): Batch {
    const counts = new Map<string, number>();
    const unmapped = new Map<string, number>();
    const events: FrameEvent[] = [];
    const sums = { lit: 0, unmapped: 0, other: 0 };
    for (const one of envelopes) {
      const event = toFrameEvent(one, table);
      events.push(event);
      if (this.#repeats(one.id)) continue;
      for (const node of event.nodes) counts.set(node, (counts.get(node) ?? 0) + 1);
      if (event.nodes.length > 0) sums.lit += 1;
      else {
        sums.unmapped += 1;
        if (unmapped.has(event.name) || unmapped.size < MOST_NAMES) unmapped.set(event.name, (unmapped.get(event.name) ?? 0) + 1);
        else sums.other += 1;
      }
    }
    const seen = sums.lit + sums.unmapped;
    const ledger = { offered: seen + missed, lit: sums.lit, unmapped: sums.unmapped, filtered: 0, missed, carried: seen, thinned: 0, sampled_out: 0, forgotten: 0 };
    return { op: "batch", ...this.#step(), counts: Object.fromEntries(counts), unmapped: Object.fromEntries(unmapped), other: sums.other, events, threshold: 1, ledger };
  }

  /** A gap of unknown size: a provider keeps nothing. */
  gap(reason: string): Gap {
    const { from, position } = this.#step();
    return { op: "gap", from, to: position, missed: null, reason };
  }

  #step(): { readonly from: string; readonly position: string } {
    const from = this.position;
    this.#number += 1;
    return { from, position: this.position };
  }

  #repeats(id: string): boolean {
    if (this.#fresh.has(id) || this.#stale.has(id) || this.known(id)) return true;
    this.#fresh.add(id);
    if (this.#fresh.size >= REMEMBERED_IDS) {
      this.#stale = this.#fresh;
      this.#fresh = new Set();
    }
    return false;
  }
}

function toFrameEvent({ id, type, event, name, category, at, had, received, place = 0, traces, properties, traits, flags }: Envelope, table: Table): FrameEvent {
  const nodes = match(table, candidateNames(type, event, name, category), properties, traits);
  return {
    id, type, name: shownName(type, event, name, category), occurred_at: iso(at), arrived_at: iso(had), segment_received_at: received === null ? null : iso(received),
    source: SOURCE, traces, nodes, properties, flags, offset: orderOf(had, place),
  };
}

/** Envelopes of one moment go in the order in which the function had them, and of one call by their
 * places.
 */
function orderOf(had: number, place: number): number {
  return Math.min(2 ** 52, Math.max(0, Math.floor(had) - EPOCH) * PLACES + Math.min(place, PLACES - 1));
}

/** One event as the function wrote it, with what it left out as empty. Times are milliseconds since
 * 1970.
 */
export interface Envelope {
  readonly id: string;
  readonly type: FrameEvent["type"];
  readonly event: string;
  readonly name: string;
  readonly category: string;
  readonly at: number;
  readonly had: number;
  readonly received: number | null;
  readonly place?: number;
  readonly traces: readonly Token[];
  readonly properties: Properties;
  readonly traits: Properties;
  readonly flags: FrameEvent["flags"];
}

/** One message. `plan` is the version of the settings that it was made by; `wrong` counts the parts
 * that could not be read.
 */
export interface Published {
  readonly plan: string;
  readonly envelopes: readonly Envelope[];
  readonly forget: readonly string[];
  readonly wrong: number;
}

/** More than any provider lets through in one message. */
export const MOST_EVENTS = 2_000;
const MOST_TOKENS = 100;

const scalar = maybe(either(text, finite, flag));
const properties = record(either(scalar, list(scalar, 100)), 200);
const word: Check = (value) => (text(value) ?? ((value as string).length > 512 ? "is too long" : null));

const envelope = object({
  id: (value) => word(value) ?? (value === "" ? "is empty" : null), type: oneOf("track", "page", "screen", "identify", "group", "alias"), event: [word, ""], name: [word, ""],
  category: [word, ""], at: finite, had: finite, received: [maybe(finite), null], place: [whole], traces: [list(object({ kind: word, token: word }), 32), []],
  properties: [properties, {}], traits: [properties, {}], flags: [list(oneOf("late", "replayed", "violation", "test", "placeholder", "shared_id"), 8), []],
});
const forgetting = list(word, MOST_TOKENS);

/** Reads one message; null if it is not one of the function's. */
export function parsePublished(value: unknown): Published | null {
  if (!isRecord(value) || !Array.isArray(value["events"]) || value["events"].length > MOST_EVENTS) return null;
  const envelopes: Envelope[] = [];
  const forget: string[] = [];
  let wrong = 0;
  for (const one of value["events"] as unknown[]) {
    if (isRecord(one) && forgetting(one["forget"]) === null) forget.push(...(one["forget"] as string[]));
    else if (envelope(one) === null) envelopes.push(one as Envelope);
    else wrong += 1;
  }
  return { plan: String(value["plan"]).slice(0, 64), envelopes, forget, wrong };
}

type SignChannel = (channel: string, socketId: string) => Promise<SubscriptionSignature>;

/** The subscriptions of this moment: one channel, and around a rotation two. Messages and failures
 * go to `listener`.
 */
export class Subscriptions {
  readonly #open = new Map<string, AbortController>();

  constructor(
    private readonly subscribe: Subscribe,
    private readonly sign: SignChannel,
    private readonly listener: ProviderListener,
  ) {}

  /** Subscribes to what is new in `seat` and leaves what is not in it; rejects if a channel cannot
   * be subscribed to.
   */
  async update(seat: FunctionSubscription): Promise<void> {
    for (const [channel, line] of this.#open) if (!seat.channels.includes(channel)) this.#leave(channel, line);
    await Promise.all(seat.channels.filter((channel) => !this.#open.has(channel)).map((channel) => this.#join(seat, channel)));
  }

  close(): void {
    for (const [channel, line] of this.#open) this.#leave(channel, line);
  }

  async #join(seat: FunctionSubscription, channel: string): Promise<void> {
    const line = new AbortController();
    this.#open.set(channel, line);
    const mine = (): boolean => !line.signal.aborted;
    const { listener } = this;
    await this.subscribe(seat.public, channel, (socket) => this.sign(channel, socket), {
      message: (name, value) => { if (mine()) listener.message(name, value); },
      fail: (why) => { if (mine()) listener.fail(why); },
      reconnected: () => { if (mine()) listener.reconnected?.(); },
    }, line.signal);
  }

  #leave(channel: string, line: AbortController): void {
    this.#open.delete(channel);
    line.abort();
  }
}
