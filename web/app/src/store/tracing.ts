/** Following: on this screen at once, then at the server. Says which traces stay followed when another is opened. */
import type { State } from "@dagnet-realtime/engine/state";
import { followed } from "../lanes/local/own.ts";
import { toast, told } from "./notices.ts";
import type { Place } from "../lanes/api.ts";
import { published } from "./places.ts";
import type { Parts } from "./watch.ts";

const SCREEN_ONLY = "The trace is followed on this screen, but the server may thin its events under load.";

export class Tracing {
  /** What shall be followed, over Off and On; tokens mean nothing in another channel. */
  #wanted: readonly string[] = [];
  #channel: string | null = null;
  #linked = false;
  #telling: Promise<void> | null = null;
  #stale = false;

  constructor(
    private readonly parts: Parts,
    private readonly look: (token: string) => void,
  ) {
    parts.store.subscribe(({ session }, before) => {
      if (session !== null && session !== before.session) this.#arrive();
    });
  }

  /** Shows a trace and follows it until another is opened; `beside` leaves the others followed. */
  open(token: string, beside = false): void {
    const { engine, store } = this.parts;
    if (followedAs(engine.state, token) === null) {
      const { pins } = store.getState();
      this.#follow([...engine.state.follows.filter((one) => beside || pins.includes(one)), token]);
    }
    this.look(token);
  }

  /** Follows a trace until it is let go, or lets it go. */
  toggle(token: string): void {
    const { engine, store } = this.parts;
    if (followedAs(engine.state, token) !== null) {
      this.unfollow(token);
      return;
    }
    store.setState(({ pins }) => ({ pins: [...pins, token] }));
    this.#follow([...engine.state.follows, token]);
    this.look(token);
  }

  /** Keeps a followed trace when another is opened, or no longer. */
  pin(token: string): void {
    this.parts.store.setState(({ pins }) => ({ pins: pins.includes(token) ? pins.filter((one) => one !== token) : [...pins, token] }));
  }

  unfollow(token: string): void {
    const { engine } = this.parts;
    const held = followedAs(engine.state, token) ?? token;
    this.#follow(engine.state.follows.filter((one) => one !== held));
  }

  unfollowAll(): void {
    if (this.parts.engine.state.follows.length > 0) this.#follow([]);
  }

  /** Only followed traces move on the picture, or all. */
  alone(alone: boolean): void {
    this.parts.engine.alone = alone;
    this.parts.store.setState({ alone });
  }

  /** Follows whoever has this identifier: the server derives the tokens. Answers whether it did; the value is kept nowhere. */
  async find(kind: string, value: string): Promise<boolean> {
    const { store, engine, api } = this.parts;
    const { session } = store.getState();
    if (session === null) return false;
    try {
      const { token, tokens } = await api.find(session, kind, value);
      const fresh = tokens.filter((one) => followedAs(engine.state, one) === null);
      store.setState(({ pins }) => ({ pins: [...new Set([...pins, ...fresh])] }));
      for (const one of fresh) engine.put({ kind: "follow", token: one });
      this.#wanted = engine.state.follows;
      this.look(token);
      return true;
    } catch (error) {
      toast(store, told(error, "Nobody is followed."));
      return false;
    }
  }

  /** What a link asks for: followed as soon as a session is open. */
  resume(tokens: readonly string[]): void {
    this.#wanted = tokens;
    this.#linked = tokens.length > 0;
  }

  undoJoin(join: number, again: boolean): void {
    this.parts.engine.put({ kind: again ? "rejoin" : "unjoin", join });
    this.#showAtOnce();
  }

  /** What a person did is seen at once, not with the next second. */
  #showAtOnce(): void {
    this.parts.store.setState(({ second, fifth }) => ({ second: second + 1, fifth: fifth + 1 }));
  }

  #follow(tokens: readonly string[]): void {
    const { engine, store } = this.parts;
    for (const token of engine.state.follows) if (!tokens.includes(token)) engine.put({ kind: "unfollow", token });
    for (const token of tokens) if (!engine.state.follows.includes(token)) engine.put({ kind: "follow", token });
    this.#wanted = engine.state.follows;
    store.setState(({ pins }) => ({ pins: pins.filter((one) => engine.state.follows.includes(one)) }));
    this.#showAtOnce();
    void this.#tell();
  }

  /** A session has begun, or goes on after a reload. */
  #arrive(): void {
    const { store, engine } = this.parts;
    const { place } = store.getState();
    const channel = channelOf(place);
    if (this.#channel !== null && this.#channel !== channel) this.#wanted = [];
    this.#channel = channel;
    const linked = this.#linked ? this.#wanted : [];
    this.#linked = false;
    if (linked.length > 0 && !mayFollow(this.parts)) {
      this.#wanted = [];
      toast(store, { what: "You may watch here, but not follow.", meaning: "The link names a trace; what is carried of it is shown like any other.", remedy: "Ask whoever administers this server for the role “follow”.", bad: true });
    }
    const tokens = [...new Set([...engine.state.follows, ...this.#wanted])];
    if (tokens.length === 0) return;
    store.setState({ pins: tokens });
    this.#follow(tokens);
    if (linked[0] !== undefined && this.#wanted.length > 0) this.look(linked[0]);
  }

  /** Tells the server what is followed: one request at a time, the last word is the one that counts. */
  #tell(): Promise<void> {
    this.#stale = true;
    this.#telling ??= this.#send().finally(() => {
      this.#telling = null;
    });
    return this.#telling;
  }

  async #send(): Promise<void> {
    const { store, engine, api } = this.parts;
    while (this.#stale) {
      this.#stale = false;
      const { session, phase } = store.getState();
      if (session === null || phase !== "on" || !mayFollow(this.parts) || published(store.getState())) return;
      await api.follows(session, followed(engine.state)).catch((error: unknown) => {
        toast(store, told(error, SCREEN_ONLY));
      });
    }
  }
}

/** The followed token of the trace that `token` belongs to; null where it is not followed. */
export function followedAs(state: State, token: string): string | null {
  if (state.follows.includes(token)) return token;
  const trace = state.accumulation.traces?.tokens.get(token)?.trace;
  return trace?.tokens.find((one) => state.follows.includes(one.token))?.token ?? null;
}

function mayFollow({ store }: Parts): boolean {
  return store.getState().me?.can.includes("follow") ?? false;
}

function channelOf(place: Place | null): string {
  return place === null ? "" : `${place.workspace}\n${place.env}`;
}
