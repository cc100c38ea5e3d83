/** The tap host of this page: its key, the allowed origins, and the engine that it feeds. */
import { shownId } from "@dagnet-realtime/engine/ids";
import { hmacSha256 } from "@dagnet-realtime/engine/hash";
import type { TapMessage } from "@dagnet-realtime/engine/tapMessage";
import { LocalLane } from "@dagnet-realtime/client/transport/tap/localLane";
import type { TapHost } from "@dagnet-realtime/client/transport/tap/tapHost";
import { followedAndOwn, ownTokens } from "@dagnet-realtime/client/follows";
import type { PageChannel } from "@dagnet-realtime/client/transport/tap/channels";
import { usesFunctionIngest } from "./graphRef.ts";
import type { TabStorage, KeyValueStorage } from "@dagnet-realtime/client/sessionSnapshot";
import type { AppContext } from "./appContext.ts";

const IDENTITY_KEY = "dagnet-realtime-local";
const SETTINGS_KEY = "dagnet-realtime-connect";
/** Origins allowed, and properties asked for, at most. */
const MOST_ORIGINS = 20;
const MOST_PROPERTIES = 50;

/** What this tab keeps over a reload: its name among the pages, and the key of their pseudonyms. */
interface Identity {
  readonly session: string;
  readonly salt: string;
}

/** What the browser remembers: whom to let in, and which properties to show. */
interface TapSettings {
  readonly origins: readonly string[];
  readonly shown: readonly string[];
}

export class TapController {
  readonly #lane: LocalLane;
  readonly #identity: Identity;
  #settings: TapSettings;
  #following = "";

  constructor(
    private readonly context: AppContext,
    channels: readonly PageChannel[],
    private readonly ofTab: TabStorage | null,
    private readonly lasting: KeyValueStorage | null,
    chance: () => string,
  ) {
    this.#identity = restoreIdentity(ofTab) ?? { session: chance(), salt: chance() };
    this.#settings = readSettings(lasting);
    const { session, salt } = this.#identity;
    this.#lane = new LocalLane(
      context.engine,
      channels,
      { session, salt, allows: (origin) => this.#settings.origins.includes(origin), properties: () => this.#settings.shown, displayId: (id) => this.#displayId(id), accept: (message) => this.#accept(message) },
      () => context.environment.now(),
    );
  }

  get host(): TapHost {
    return this.#lane.host;
  }

  get settings(): TapSettings {
    return this.#settings;
  }

  /** Begins to listen; answers how to stop, which keeps this tab's name for its reload. */
  open(): () => void {
    this.host.open();
    const unsubscribe = this.context.store.subscribe(({ numbersTick: second }, before) => { if (second !== before.numbersTick) this.#refresh(); });
    return () => {
      unsubscribe();
      this.host.close();
      this.ofTab?.setItem(IDENTITY_KEY, JSON.stringify(this.#identity));
    };
  }

  /** Lets pages of an address report; returns their origin, null if it is no address of the web. */
  allow(address: string): string | null {
    const origin = originOf(address);
    if (origin !== null) this.#save({ ...this.#settings, origins: [...this.#settings.origins.filter((one) => one !== origin), origin].slice(-MOST_ORIGINS) });
    return origin;
  }

  forbid(origin: string): void {
    this.#save({ ...this.#settings, origins: this.#settings.origins.filter((one) => one !== origin) });
  }

  /** Which properties to show of this browser's own events, beside those that the policy allows;
   * what looks personal stays hidden.
   */
  showProperties(properties: readonly string[]): void {
    this.#save({ ...this.#settings, shown: properties.slice(0, MOST_PROPERTIES) });
    this.#refresh();
  }

  #accept(message: TapMessage): boolean {
    const { store, engine } = this.context;
    const { phase, session, graph } = store.getState();
    if (phase !== "on" || session === null || graph === null) return false;
    if (!engine.state.lanes.includes("local")) engine.dispatch({ kind: "on", session, position: "", graph: engine.state.graph ?? graph, lane: "local" });
    engine.dispatch({ kind: "tap", message });
    return true;
  }

  /** Once a second: have the rules changed, does the server follow this browser's own traces? */
  #refresh(): void {
    this.#lane.refresh();
    const { store, api, engine } = this.context;
    const ui = store.getState();
    const { session, phase, serverless } = ui;
    const own = phase === "on" && !serverless && !usesFunctionIngest(ui) && engine.state.lanes.includes("local") ? ownTokens(engine.state).join(" ") : "";
    if (session === null || own === "" || `${session} ${own}` === this.#following) return;
    this.#following = `${session} ${own}`;
    // Tried again with the next change: a trace that is not followed is only thinned under load.
    api.follows(session, followedAndOwn(engine.state)).catch(() => undefined);
  }

  /** By the key of the channel that is shown, so that the server's twin has the same; without a
   * server by this tab's own.
   */
  #displayId(id: string): string | null {
    const { serverless, workspaces, graphRef } = this.context.store.getState();
    const key = serverless ? this.#identity.salt : workspaces.find((one) => one.id === graphRef?.workspace && one.env === graphRef.env)?.message_key;
    if (key === undefined) return id;
    const shown = shownId(id, (text) => (key === null ? "" : hmacSha256(key, text)));
    return key === null && shown !== id ? null : shown;
  }

  #save(settings: TapSettings): void {
    this.#settings = settings;
    try {
      this.lasting?.setItem(SETTINGS_KEY, JSON.stringify(settings));
    } catch {
      // A forbidden shelf costs comfort only.
    }
  }
}

/** Listens as long as the page is there, and again when the browser brings it back. */
export function listenWhilePageLives(local: TapController): void {
  let close = local.open();
  window.addEventListener("pagehide", () => { close(); });
  window.addEventListener("pageshow", ({ persisted }) => { if (persisted) close = local.open(); });
}

/** The origin of an address as a user types it, for example `localhost:3000/shop`. */
export function originOf(address: string): string | null {
  const text = address.trim();
  const local = /^(?:localhost|127\.|\[::1\])/.test(text);
  try {
    const { origin, protocol } = new URL(text.includes("://") ? text : `${local ? "http" : "https"}://${text}`);
    return protocol === "http:" || protocol === "https:" ? origin : null;
  } catch {
    return null;
  }
}

/** Taken off the shelf, so that a duplicated tab does not answer under the same name. */
function restoreIdentity(shelf: TabStorage | null): Identity | null {
  const read = parsed(shelf?.getItem(IDENTITY_KEY) ?? null) as Partial<Identity>;
  shelf?.removeItem(IDENTITY_KEY);
  return typeof read.session === "string" && typeof read.salt === "string" && /^[0-9a-f]{32}$/.test(read.salt) ? { session: read.session, salt: read.salt } : null;
}

function readSettings(shelf: KeyValueStorage | null): TapSettings {
  const { origins, shown } = parsed(shelf?.getItem(SETTINGS_KEY) ?? null) as Partial<TapSettings>;
  const texts = (list: unknown): string[] => (Array.isArray(list) ? list.filter((one): one is string => typeof one === "string") : []);
  return { origins: texts(origins).slice(0, MOST_ORIGINS), shown: texts(shown).slice(0, MOST_PROPERTIES) };
}

function parsed(text: string | null): object {
  try {
    return Object(JSON.parse(text ?? "{}")) as object;
  } catch {
    return {};
  }
}
