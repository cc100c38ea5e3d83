/** The transport of calls that pages of this browser make; no server is asked. */
import { tap } from "@dagnet-realtime/tap/tap";
import type { FromHost, SdkSeen } from "@dagnet-realtime/tap/protocol";
import type { Sink } from "@dagnet-realtime/tap/reporter";
import { type Environment, randomHex } from "../../environment.ts";
import type { EngineHost } from "../../engineHost.ts";
import { type ConnectionStatus, OFF, type Transport, type TransportSink } from "../transport.ts";
import { extensionChannel, type Incoming, type PageChannel, tabChannel, windowChannel } from "./channels.ts";
import { LocalLane } from "./localLane.ts";
import type { RejectReason } from "./messageGuard.ts";

/** Which pages are heard, and how. `why` says what is missing before anything was heard. */
export interface LocalTransportOptions {
  readonly channels: readonly PageChannel[];
  readonly origins?: readonly string[];
  readonly properties?: readonly string[];
  why(sdks: readonly SdkSeen[] | null): string;
  /** Begins, once the channels are listened to; returns how to stop. */
  start?(): () => void;
}

const SECOND_MS = 1000;

export class LocalTransport implements Transport {
  readonly #stopped = new AbortController();
  readonly #lane: LocalLane;
  #state: ConnectionStatus;
  #sink: TransportSink | null = null;
  #stop: (() => void) | null = null;

  constructor(
    private readonly options: LocalTransportOptions,
    engine: EngineHost,
    private readonly environment: Environment,
  ) {
    const { channels, origins = [], properties = [] } = options;
    this.#state = { ...OFF, connection: "live", transport: "local", since: environment.now() };
    this.#lane = new LocalLane(
      engine,
      channels,
      {
        session: randomHex(16),
        salt: randomHex(16),
        allows: (origin) => origins.includes(origin),
        properties: () => properties,
        accept: (message) => {
          this.#state = { ...this.#state, lastFrameAt: environment.now() };
          this.#sink?.tap?.(message);
          return this.#sink !== null;
        },
      },
      () => environment.now(),
    );
  }

  get state(): ConnectionStatus {
    return this.#state;
  }

  start(sink: TransportSink): void {
    this.#sink = sink;
    this.#lane.host.open();
    this.#stop = this.options.start?.() ?? null;
    this.#setWhy();
    sink.state(this.#state);
    void this.#watch();
  }

  stop(): void {
    if (this.#stopped.signal.aborted) return;
    this.#stopped.abort();
    this.#sink = null;
    this.#stop?.();
    this.#lane.host.close();
    this.#state = { ...OFF, since: this.environment.now() };
  }

  async #watch(): Promise<void> {
    const { signal } = this.#stopped;
    for (;;) {
      await this.environment.sleep(SECOND_MS, signal);
      if (signal.aborted) return;
      this.#lane.refresh();
      if (this.#setWhy()) this.#sink?.state(this.#state);
    }
  }

  /** Says what keeps calls from being heard; returns whether that is news. */
  #setWhy(): boolean {
    const { pages, rejected } = this.#lane.host;
    const present = [...pages.values()].filter((page) => page.present);
    const [refusal] = rejected.values();
    const why = refusal !== undefined && present.length === 0 ? REJECTED(refusal.reason, refusal.origin) : this.options.why(present.length === 0 ? null : present.flatMap(({ sdks }) => sdks));
    if (why === this.#state.why) return false;
    this.#state = { ...this.#state, why };
    return true;
  }
}

const REJECTED = (reason: RejectReason, origin: string): string => `A page of ${origin} reports, and is not heard: ${reason}.`;

const NO_SDK = "No analytics.js of Segment has been found in";
const UNHEARD = "This version of analytics.js cannot be listened to.";

function aboutSdks(sdks: readonly SdkSeen[] | null, nobody: string, where: string): string {
  if (sdks === null) return nobody;
  if (sdks.length === 0) return `${NO_SDK} ${where} so far.`;
  return sdks.every(({ heard }) => heard === false) ? UNHEARD : "";
}

/** Calls of this very page. An instance or a loader that stands nowhere in `window` is given as
 * `analytics`; properties beside those that filters read, as globs.
 */
export interface PageOptions {
  readonly analytics?: unknown;
  readonly properties?: readonly string[];
}

export function pageTransport({ analytics, properties = [] }: PageOptions, engine: EngineHost, environment: Environment): Transport {
  const { channel, sink } = samePageChannel();
  const start = (): (() => void) => {
    const existing = globalThis.__dagnetRealtimeTap;
    const own = existing ?? tap();
    if (analytics !== undefined) own.listen(analytics);
    const silence = own.speak(sink);
    // A tap that the page had before goes on.
    return existing ? silence : () => { own.stop(); };
  };
  return new LocalTransport({ channels: [channel], properties, start, why: (sdks) => aboutSdks(sdks, `${NO_SDK} this page so far.`, "this page") }, engine, environment);
}

export function otherTabTransport({ properties = [] }: Omit<PageOptions, "analytics">, engine: EngineHost, environment: Environment): Transport {
  const why = (sdks: readonly SdkSeen[] | null): string => aboutSdks(sdks, `No other tab of ${location.origin} reports so far: each loads the tap.`, "the tabs that report");
  return new LocalTransport({ channels: [tabChannel()], properties, why }, engine, environment);
}

export function openerTransport(origins: readonly string[], { properties = [] }: Omit<PageOptions, "analytics">, engine: EngineHost, environment: Environment): Transport {
  const why = (sdks: readonly SdkSeen[] | null): string => aboutSdks(sdks, `No page that this tab opened at ${origins.join(", ")} reports so far: each loads the tap.`, "the pages that report");
  return new LocalTransport({ channels: [windowChannel(window)], origins, properties, why }, engine, environment);
}

export function extensionTransport({ properties = [] }: Omit<PageOptions, "analytics">, engine: EngineHost, environment: Environment): Transport {
  const why = (sdks: readonly SdkSeen[] | null): string => aboutSdks(sdks, "No site reports through the extension so far: press its button in this tab, then on the site.", "the sites that report");
  return new LocalTransport({ channels: [extensionChannel(window)], properties, why }, engine, environment);
}

/** A channel from the page's own tap to this code beside it; nothing of it leaves the page. */
function samePageChannel(): { readonly channel: PageChannel; readonly sink: Sink } {
  let hears: ((heard: Incoming) => void) | null = null;
  let speaks: ((message: unknown) => void) | null = null;
  return {
    channel: {
      listen: (take) => {
        hears = take;
        return () => { hears = null; };
      },
      send: (message) => { speaks?.(message); },
    },
    sink: (onMessage) => {
      speaks = onMessage;
      const answer = (message: FromHost): void => { onMessage(message); };
      return {
        post: (message) => { hears?.({ message, origin: location.origin, channel: "tab", answer }); },
        close: () => { speaks = null; },
      };
    },
  };
}
