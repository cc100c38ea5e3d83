/** Follows traces: on this screen at once, then at the server. Knows which stay followed when
 * another is opened.
 */
import { followedAndOwn, followedAs } from "@dagnet-realtime/client/follows";
import { FollowSync } from "@dagnet-realtime/client/followSync";
import { toast, toNotice } from "./notices.ts";
import type { GraphRef } from "@dagnet-realtime/client/api";
import { usesFunctionIngest } from "./graphRef.ts";
import type { AppContext } from "./appContext.ts";

const SCREEN_ONLY = "The trace is followed on this screen, but the server may thin its events under load.";

export class FollowController {
  readonly #sync: FollowSync;
  #linked = false;

  constructor(
    private readonly context: AppContext,
    private readonly look: (token: string) => void,
  ) {
    const { engine, store } = context;
    this.#sync = new FollowSync(engine, () => this.#send(), (error) => { toast(store, toNotice(error, SCREEN_ONLY)); });
    store.subscribe(({ session }, before) => {
      if (session !== null && session !== before.session) this.#onSession();
    });
  }

  /** Shows a trace and follows it until another is opened; `beside` leaves the others followed. */
  open(token: string, beside = false): void {
    const { engine, store } = this.context;
    if (followedAs(engine.state, token) === null) {
      const { pinned: pins } = store.getState();
      this.#follow([...engine.state.follows.filter((one) => beside || pins.includes(one)), token]);
    }
    this.look(token);
  }

  /** Follows a trace until it is let go, or lets it go. */
  toggle(token: string): void {
    const { engine, store } = this.context;
    if (followedAs(engine.state, token) !== null) {
      this.unfollow(token);
      return;
    }
    store.setState(({ pinned: pins }) => ({ pinned: [...pins, token] }));
    this.#follow([...engine.state.follows, token]);
    this.look(token);
  }

  /** Keeps a followed trace when another is opened, or no longer. */
  pin(token: string): void {
    this.context.store.setState(({ pinned: pins }) => ({ pinned: pins.includes(token) ? pins.filter((one) => one !== token) : [...pins, token] }));
  }

  unfollow(token: string): void {
    const { engine } = this.context;
    const held = followedAs(engine.state, token) ?? token;
    this.#follow(engine.state.follows.filter((one) => one !== held));
  }

  unfollowAll(): void {
    if (this.context.engine.state.follows.length > 0) this.#follow([]);
  }

  /** Only followed traces move on the picture, or all. */
  setFollowedOnly(followedOnly: boolean): void {
    this.context.engine.followedOnly = followedOnly;
    this.context.store.setState({ followedOnly });
  }

  /** Follows the person with this identifier: the server derives the tokens. Returns whether it
   * did; the value is kept nowhere.
   */
  async findPerson(kind: string, value: string): Promise<boolean> {
    const { store, engine, api } = this.context;
    const { session } = store.getState();
    if (session === null) return false;
    try {
      const { token, tokens } = await api.findPerson(session, kind, value);
      const fresh = tokens.filter((one) => followedAs(engine.state, one) === null);
      store.setState(({ pinned: pins }) => ({ pinned: [...new Set([...pins, ...fresh])] }));
      for (const one of fresh) engine.dispatch({ kind: "follow", token: one });
      this.#sync.want(engine.state.follows);
      this.look(token);
      return true;
    } catch (error) {
      toast(store, toNotice(error, "No trace is followed."));
      return false;
    }
  }

  /** What a link asks for: followed as soon as a session is open. */
  resume(tokens: readonly string[]): void {
    this.#sync.want(tokens);
    this.#linked = tokens.length > 0;
  }

  undoJoin(join: number, again: boolean): void {
    this.context.engine.dispatch({ kind: again ? "rejoin" : "unjoin", join });
    this.#showAtOnce();
  }

  /** What a person did is seen at once, not with the next second. */
  #showAtOnce(): void {
    this.context.store.setState(({ numbersTick: second, rowsTick: fifth }) => ({ numbersTick: second + 1, rowsTick: fifth + 1 }));
  }

  #follow(tokens: readonly string[]): void {
    const { engine, store } = this.context;
    this.#sync.follow(tokens);
    store.setState(({ pinned: pins }) => ({ pinned: pins.filter((one) => engine.state.follows.includes(one)) }));
    this.#showAtOnce();
  }

  /** A session has begun, or goes on after a reload. */
  #onSession(): void {
    const { store, engine } = this.context;
    this.#sync.enter(channelOf(store.getState().graphRef));
    const linked = this.#linked ? this.#sync.wanted : [];
    this.#linked = false;
    if (linked.length > 0 && !mayFollow(this.context)) {
      this.#sync.want([]);
      toast(store, { what: "You may watch here, but not follow.", meaning: "The link names a trace; what is shown of it looks like any other.", remedy: "Ask the person who administers this server for the role “follow”.", bad: true });
    }
    const tokens = [...new Set([...engine.state.follows, ...this.#sync.wanted])];
    if (tokens.length === 0) return;
    store.setState({ pinned: tokens });
    this.#follow(tokens);
    if (linked[0] !== undefined && this.#sync.wanted.length > 0) this.look(linked[0]);
  }

  /** Tells the server, if it counts for this user. */
  #send(): Promise<void> | null {
    const { store, engine, api } = this.context;
    const { session, phase } = store.getState();
    if (session === null || phase !== "on" || !mayFollow(this.context) || usesFunctionIngest(store.getState())) return null;
    return api.follows(session, followedAndOwn(engine.state));
  }
}

function mayFollow({ store }: AppContext): boolean {
  return store.getState().me?.can.includes("follow") ?? false;
}

function channelOf(graphRef: GraphRef | null): string {
  return graphRef === null ? "" : `${graphRef.workspace}\n${graphRef.env}`;
}
