/** A host's session as the bar and the panel read it: the same state, actions and engine that they
 * have in our own page, and what only these two share: what is selected, and which tab is open.
 */
import { followedAs } from "@dagnet-realtime/client/follows";
import { insideOf, type Mapping, type Realtime, type SessionInside } from "@dagnet-realtime/client/hostInterface";
import { initialState } from "@dagnet-realtime/engine/state";
import type { EngineView, HostAbilities, Phase, SessionActions, SessionContextValue, SessionState } from "../hooks.ts";
import type { EdgeRef } from "../picture/types.ts";
import type { SideTab } from "../side/SideTabs.tsx";

/** What `realtime` of `@dagnet-realtime/client` returns. */
export type HostRealtime = Pick<Realtime, "light" | "state" | "subscribe" | "on" | "off" | "pause" | "resume" | "clear" | "undo" | "follow" | "unfollow" | "filter" | "bind" | "unbind" | "replay">;

/** Numbers are read anew this often, in milliseconds. */
const NUMBERS_MS = 950;

export interface HostState extends SessionState {
  readonly tab: SideTab;
  /** What is wrong, in a sentence; "" while all is well. */
  readonly why: string;
  /** The last Clear can be undone. */
  readonly cleared: boolean;
}

/** What a host wants to hear of the panel. */
export interface HostListener {
  select?(node: string): void;
  bind?(mapping: Mapping): void;
}

/** For selectors before the engine is loaded. */
const DARK = initialState();

const BEGINNING: HostState = {
  phase: "off", graph: null, session: null, endedBecause: "", connection: { connection: "off", transport: null, since: 0, lastFrameAt: null, retryAt: null, lagMs: 0, why: "" },
  selected: null, selectedEdge: null, highlight: null, trace: "", pinned: [], followedOnly: false, filter: "", serverFilter: "", paused: false, catchUpSpeed: 0, numbersTick: 0, rowsTick: 0,
  tab: "traces", why: "", cleared: false,
};

/** Ticks say that something may have changed, and are themselves no change. */
const TICKS: ReadonlySet<string> = new Set(["numbersTick", "rowsTick"]);

const sessions = new WeakMap<HostRealtime, HostSession>();

/** The one of `realtime`, which bar and panel share. */
export function hostSession(realtime: HostRealtime): HostSession {
  const found = sessions.get(realtime) ?? new HostSession(realtime);
  sessions.set(realtime, found);
  return found;
}

export class HostSession {
  readonly context: SessionContextValue;
  readonly hosts = new Set<HostListener>();
  #state = BEGINNING;
  #numbersAt = -Infinity;
  /** Whether the present On has opened a session, so that it can be said to have ended. */
  #opened = false;
  #stop: (() => void) | null = null;
  readonly #listeners = new Set<(state: HostState, before: HostState) => void>();
  readonly #ignoredJumps = new Set<string>();
  readonly #ignoredNames = new Set<string>();

  constructor(private readonly realtime: HostRealtime) {
    this.context = { store: this, engine: this.#engine(), actions: this.#actions(), host: this.#abilities() };
    this.#refresh();
  }

  readonly getState = (): HostState => this.#state;

  readonly subscribe = (listener: (state: HostState, before: HostState) => void): (() => void) => {
    const own: typeof listener = (...states) => { listener(...states); };
    this.#listeners.add(own);
    if (this.#stop === null) {
      this.#stop = this.realtime.subscribe(() => { this.#refresh(); });
      this.#refresh();
    }
    return () => {
      this.#listeners.delete(own);
      if (this.#listeners.size > 0) return;
      this.#stop?.();
      this.#stop = null;
    };
  };

  /** Which tab is open. */
  readonly open = (tab: SideTab): void => { this.#set({ tab }); };

  /** What the host's own canvas has selected; null for nothing. */
  readonly selectedByHost = (node: string | null): void => {
    if (node === this.#state.selected && this.#state.selectedEdge === null) return;
    this.#set({ selected: node, selectedEdge: null, ...(node === null ? {} : { tab: "node" }) });
  };

  readonly undo = (): void => {
    this.realtime.undo();
    this.#set({ cleared: false });
  };

  readonly forgetUndo = (): void => { this.#set({ cleared: false }); };

  get #inside(): SessionInside {
    return insideOf(this.realtime);
  }

  /** The session's engine, once it is there. */
  #engine(): EngineView {
    const inner = (): SessionInside["engine"] => this.#inside.engine;
    const { light } = this.realtime;
    return {
      get state() { return inner()?.state ?? DARK; },
      light,
      at: () => inner()?.at() ?? light.now(),
      now: () => inner()?.now() ?? light.now(),
      dispatch: (action) => { inner()?.dispatch(action); },
    };
  }

  #abilities(): HostAbilities {
    return {
      player: () => this.realtime.state.replay,
      isIgnored: (jump) => this.#ignoredJumps.has(jump),
      lastFrameAt: () => this.#inside.connection.lastFrameAt,
      shortcuts: false,
      switchesReplay: true,
    };
  }

  #actions(): SessionActions {
    const { realtime } = this;
    const follows = (): readonly string[] => this.#inside.engine?.state.follows ?? [];
    const held = (token: string): string | null => {
      const { engine } = this.#inside;
      return engine === null ? null : followedAs(engine.state, token);
    };
    return {
      toggle: () => (realtime.state.phase === "off" ? realtime.on() : realtime.off()),
      pause: () => {
        const { paused, replay } = realtime.state;
        if (replay === null ? paused : !replay.playing) realtime.resume();
        else realtime.pause();
      },
      jumpToNow: () => {
        // The first shows what waits at speed, the second has enough of that.
        realtime.resume();
        realtime.resume();
      },
      clear: () => {
        realtime.clear();
        this.#set({ cleared: true });
      },
      filter: (text) => { realtime.filter(text); },
      filterAtServer: () => Promise.resolve(),
      select: (node) => {
        this.#set({ selected: node, selectedEdge: null, ...(node === null ? {} : { tab: "node" }) });
        if (node !== null) for (const host of this.hosts) host.select?.(node);
      },
      selectEdge: (edge: EdgeRef | null) => { this.#set({ selectedEdge: edge, selected: null, ...(edge === null ? {} : { tab: "node" }) }); },
      setHighlight: () => undefined,
      ignore: (jump, ignored) => {
        if (ignored) this.#ignoredJumps.add(jump);
        else this.#ignoredJumps.delete(jump);
        this.#showAtOnce();
      },
      showTrace: (token) => { this.#set({ trace: token, tab: "traces" }); },
      bind: (name, node) => {
        if (!realtime.bind(name, node)) return;
        const { id: nodeId = "", event_id: eventId = "" } = this.#state.graph?.nodes.find(({ uuid }) => uuid === node) ?? {};
        for (const host of this.hosts) host.bind?.({ name, node, nodeId, eventId });
        this.#showAtOnce();
      },
      unbind: (name) => {
        realtime.unbind(name);
        this.#showAtOnce();
      },
      ignoreName: (pattern, ignored) => {
        if (ignored) this.#ignoredNames.add(pattern);
        else this.#ignoredNames.delete(pattern);
        this.#inside.engine?.dispatch({ kind: "ignore", patterns: [...this.#ignoredNames] });
        this.#showAtOnce();
      },
      testEvent: () => Promise.resolve(),
      follow: {
        open: (token, beside = false) => {
          if (held(token) === null) {
            if (!beside) for (const other of follows()) if (!this.#state.pinned.includes(other)) realtime.unfollow(other);
            realtime.follow(token);
          }
          this.#set({ trace: token, tab: "traces" });
          this.#showAtOnce();
        },
        toggle: (token) => {
          const followed = held(token);
          if (followed !== null) realtime.unfollow(followed);
          else {
            realtime.follow(token);
            this.#set({ pinned: [...this.#state.pinned, token] });
          }
          this.#showAtOnce();
        },
        pin: (token) => {
          const { pinned } = this.#state;
          this.#set({ pinned: pinned.includes(token) ? pinned.filter((one) => one !== token) : [...pinned, token] });
        },
        unfollow: (token) => {
          realtime.unfollow(token);
          this.#showAtOnce();
        },
        unfollowAll: () => {
          realtime.unfollow();
          this.#showAtOnce();
        },
        setFollowedOnly: (followedOnly) => {
          const { engine } = this.#inside;
          if (engine !== null) engine.followedOnly = followedOnly;
          this.#set({ followedOnly });
        },
        findPerson: () => Promise.resolve(false),
        undoJoin: (join, again) => {
          this.#inside.engine?.dispatch({ kind: again ? "rejoin" : "unjoin", join });
          this.#showAtOnce();
        },
      },
    };
  }

  /** The session's part of the state, as its summary has it now. */
  #refresh(): void {
    const { state } = this.realtime;
    const { graph, session, connection, engine } = this.#inside;
    if (state.phase === "on") this.#opened = true;
    else if (state.phase === "opening") this.#opened = false;
    const phase: Phase = state.phase === "on" && connection.connection === "replay" ? "replay" : state.phase;
    const follows = engine?.state.follows ?? [];
    const began = phase !== this.#state.phase && state.phase === "on";
    if (began && this.#ignoredNames.size > 0) engine?.dispatch({ kind: "ignore", patterns: [...this.#ignoredNames] });
    const pinned = this.#state.pinned.filter((token) => follows.includes(token));
    this.#set({
      phase, graph, session, connection, why: state.why, endedBecause: phase === "off" && this.#opened ? state.why : "",
      filter: state.filter.text, paused: state.paused, catchUpSpeed: state.catchUpSpeed, pinned: pinned.length === this.#state.pinned.length ? this.#state.pinned : pinned,
      rowsTick: this.#state.rowsTick + 1, ...(began ? { cleared: false } : {}),
    });
  }

  /** What a person did is seen at once, not with the next second. */
  #showAtOnce(): void {
    this.#numbersAt = -Infinity;
    this.#refresh();
  }

  #set(change: Partial<HostState>): void {
    const before = this.#state;
    const changed = (Object.keys(change) as (keyof HostState)[]).some((key) => !TICKS.has(key) && change[key] !== before[key]);
    const now = this.context.engine.at();
    // A log that plays has a clock of its own.
    const numbers = changed || Math.abs(now - this.#numbersAt) >= NUMBERS_MS;
    if (numbers) this.#numbersAt = now;
    this.#state = { ...before, ...change, numbersTick: before.numbersTick + (numbers ? 1 : 0) };
    for (const listener of [...this.#listeners]) listener(this.#state, before);
  }
}
