/** The local lane in this page: its key, whom it allows, and the engine that it feeds while Realtime is On. */
import { isEarly } from "@dagnet-realtime/engine/localEvents";
import { shownId } from "@dagnet-realtime/engine/ids";
import { hmacSha256 } from "@dagnet-realtime/engine/hash";
import type { TapMessage } from "@dagnet-realtime/engine/tapMessage";
import type { Guarantees } from "@dagnet-realtime/engine/wire.gen";
import { LocalLane } from "../lanes/local/lane.ts";
import { followed, ownTokens } from "../lanes/local/own.ts";
import type { Road } from "../lanes/local/road.ts";
import { rulesOf } from "../lanes/local/rules.ts";
import { published } from "./places.ts";
import type { Shelf } from "./remember.ts";
import type { TabShelf } from "./keep.ts";
import type { Parts } from "./watch.ts";

const KEY = "dagnet-realtime-local";
const ASKED = "dagnet-realtime-connect";
/** Origins allowed, and properties asked for, at most. */
const ORIGINS = 20;
const SHOWN = 50;

/** What this tab keeps over a reload: its name among the pages, and the key of their pseudonyms. */
interface Identity {
  readonly session: string;
  readonly salt: string;
}

/** What the browser remembers: whom to let in, and which properties to show. */
interface Asked {
  readonly origins: readonly string[];
  readonly shown: readonly string[];
}

export class Local {
  readonly lane: LocalLane;
  readonly #identity: Identity;
  #asked: Asked;
  #rules = "";
  #following = "";

  constructor(
    private readonly parts: Parts,
    roads: readonly Road[],
    private readonly ofTab: TabShelf | null,
    private readonly lasting: Shelf | null,
    chance: () => string,
  ) {
    this.#identity = takeIdentity(ofTab) ?? { session: chance(), salt: chance() };
    this.#asked = readAsked(lasting);
    this.lane = new LocalLane(roads, { session: this.#identity.session, rules: () => this.#made(), allows: (origin) => this.#asked.origins.includes(origin), shown: (id) => this.#shown(id), take: (message) => this.#take(message) }, () => parts.world.now());
  }

  get asked(): Asked {
    return this.#asked;
  }

  /** Begins to listen; answers how to stop, which keeps this tab's name for its reload. */
  open(): () => void {
    this.lane.open();
    const unsubscribe = this.parts.store.subscribe(({ second }, before) => { if (second !== before.second) this.#look(); });
    return () => {
      unsubscribe();
      this.lane.close();
      this.ofTab?.setItem(KEY, JSON.stringify(this.#identity));
    };
  }

  /** Lets pages of an address report; answers their origin, null where it is none of the web. */
  allow(address: string): string | null {
    const origin = originOf(address);
    if (origin !== null) this.#ask({ ...this.#asked, origins: [...this.#asked.origins.filter((one) => one !== origin), origin].slice(-ORIGINS) });
    return origin;
  }

  forbid(origin: string): void {
    this.#ask({ ...this.#asked, origins: this.#asked.origins.filter((one) => one !== origin) });
  }

  /** Which properties to show of this browser's own events, beside those that the policy allows; what looks personal stays hidden. */
  show(properties: readonly string[]): void {
    this.#ask({ ...this.#asked, shown: properties.slice(0, SHOWN) });
    this.#look();
  }

  #take(message: TapMessage): boolean {
    const { store, engine } = this.parts;
    const { phase, session, graph } = store.getState();
    if (phase !== "on" || session === null || graph === null || isEarly(engine.state, message)) return false;
    if (!engine.state.lanes.includes("local")) engine.put({ kind: "on", session, position: "", graph: engine.state.graph ?? graph, lane: "local" });
    engine.put({ kind: "tap", message });
    return true;
  }

  /** Once a second: have the rules changed, and does the server follow this browser's own traces? */
  #look(): void {
    const rules = JSON.stringify(this.#made());
    if (rules !== this.#rules && this.#rules !== "") this.lane.renew();
    this.#rules = rules;
    const { store, api, engine } = this.parts;
    const shell = store.getState();
    const { session, phase, serverless } = shell;
    const own = phase === "on" && !serverless && !published(shell) && engine.state.lanes.includes("local") ? ownTokens(engine.state).join(" ") : "";
    if (session === null || own === "" || `${session} ${own}` === this.#following) return;
    this.#following = `${session} ${own}`;
    // Tried again with the next change: a trace that is not followed is only thinned under load.
    api.follows(session, followed(engine.state)).catch(() => undefined);
  }

  /** By the key of the channel that is shown, so that the server's twin has the same; without a server by this tab's own. */
  #shown(id: string): string | null {
    const { serverless, workspaces, place } = this.parts.store.getState();
    const key = serverless ? this.#identity.salt : workspaces.find((one) => one.id === place?.workspace && one.env === place.env)?.message_key;
    if (key === undefined) return id;
    const shown = shownId(id, (text) => (key === null ? "" : hmacSha256(key, text)));
    return key === null && shown !== id ? null : shown;
  }

  #made(): ReturnType<typeof rulesOf> {
    const { posture }: { posture: Guarantees | null } = this.parts.engine.state;
    return rulesOf(this.#identity.salt, this.parts.store.getState().graph, posture, this.#asked.shown);
  }

  #ask(asked: Asked): void {
    this.#asked = asked;
    try {
      this.lasting?.setItem(ASKED, JSON.stringify(asked));
    } catch {
      // A forbidden shelf costs comfort only.
    }
  }
}

/** Listens as long as the page is there, and again when the browser brings it back. */
export function hearPages(local: Local): void {
  let close = local.open();
  window.addEventListener("pagehide", () => { close(); });
  window.addEventListener("pageshow", ({ persisted }) => { if (persisted) close = local.open(); });
}

/** Random bytes, two hexadecimal digits each. */
export function hex(bytes: number): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The origin of an address that somebody typed: `localhost:3000/shop` will do. */
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
function takeIdentity(shelf: TabShelf | null): Identity | null {
  const read = parsed(shelf?.getItem(KEY) ?? null) as Partial<Identity>;
  shelf?.removeItem(KEY);
  return typeof read.session === "string" && typeof read.salt === "string" && /^[0-9a-f]{32}$/.test(read.salt) ? { session: read.session, salt: read.salt } : null;
}

function readAsked(shelf: Shelf | null): Asked {
  const { origins, shown } = parsed(shelf?.getItem(ASKED) ?? null) as Partial<Asked>;
  const texts = (list: unknown): string[] => (Array.isArray(list) ? list.filter((one): one is string => typeof one === "string") : []);
  return { origins: texts(origins).slice(0, ORIGINS), shown: texts(shown).slice(0, SHOWN) };
}

function parsed(text: string | null): object {
  try {
    return Object(JSON.parse(text ?? "{}")) as object;
  } catch {
    return {};
  }
}
