/** A graph's realtime session, for a host that draws the graph itself. */
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import { browserEnvironment, type Environment } from "./environment.ts";
import { exposeInside, insideOf, type Realtime, type RealtimeOptions, type ReplayControls, reportOwn, sentence } from "./hostInterface.ts";
import type { LightListener, LightSource, NodeLight } from "./light.ts";
import type { RealtimeState } from "./state.ts";
import { OFF } from "./transport/transport.ts";

/** Makes a session that is Off. Its engine is loaded when it is turned on. */
export function realtime(options: RealtimeOptions, environment: Environment = browserEnvironment): Realtime {
  return new LazyRealtime(options, environment);
}

/** What `realtime` returns: nothing but the last graph until the session proper is loaded. */
class LazyRealtime implements Realtime {
  readonly light: LightSource;
  #inner: Realtime | null = null;
  #loading: Promise<Realtime | null> | null = null;
  #graph: Graph;
  #state = OFF_STATE;
  readonly #listeners = new Set<() => void>();
  readonly #dark = new Set<DarkListener>();
  /** Counts calls of On and Off: what was loaded for an earlier one is too late. */
  #turn = 0;

  constructor(
    private readonly options: RealtimeOptions,
    private readonly environment: Environment,
  ) {
    this.#graph = options.graph;
    exposeInside(this, () => (this.#inner === null ? { engine: null, graph: this.#graph, session: null, connection: OFF } : insideOf(this.#inner)));
    this.light = {
      now: () => this.#inner?.light.now() ?? environment.now(),
      node: (uuid) => this.#inner?.light.node(uuid) ?? DARK,
      subscribe: (listener) => {
        const own: DarkListener = { listener, stop: this.#inner?.light.subscribe(listener) ?? null };
        if (own.stop === null) this.#dark.add(own);
        return () => {
          this.#dark.delete(own);
          own.stop?.();
        };
      },
    };
  }

  get state(): RealtimeState {
    return this.#inner?.state ?? this.#state;
  }

  get replay(): ReplayControls | null {
    return this.#inner?.replay ?? null;
  }

  subscribe(listener: () => void): () => void {
    const own = (): void => { listener(); };
    this.#listeners.add(own);
    return () => { this.#listeners.delete(own); };
  }

  async on(): Promise<void> {
    const turn = (this.#turn += 1);
    const inner = this.#inner ?? (await this.#load());
    if (turn === this.#turn) await inner?.on();
  }

  async off(): Promise<void> {
    this.#turn += 1;
    await this.#inner?.off();
  }

  pause(): void {
    this.#inner?.pause();
  }

  resume(): void {
    this.#inner?.resume();
  }

  clear(): void {
    this.#inner?.clear();
  }

  undo(): void {
    this.#inner?.undo();
  }

  follow(token: string): void {
    this.#when((inner) => { inner.follow(token); });
  }

  unfollow(token?: string): void {
    this.#when((inner) => { inner.unfollow(token); });
  }

  filter(text: string): void {
    this.#when((inner) => { inner.filter(text); });
  }

  bind(name: string, node: string): boolean {
    return this.#inner?.bind(name, node) ?? false;
  }

  unbind(name: string): void {
    this.#inner?.unbind(name);
  }

  update(graph: Graph): void {
    this.#graph = graph;
    this.#inner?.update(graph);
  }

  /** Now if it is loaded, else as soon as it is. */
  #when(run: (inner: Realtime) => void): void {
    if (this.#inner !== null) run(this.#inner);
    else void this.#load().then((inner) => { if (inner !== null) run(inner); });
  }

  #load(): Promise<Realtime | null> {
    this.#loading ??= import("./realtimeSession.ts").then(
      ({ RealtimeSession }) => {
        const inner = (this.#inner = new RealtimeSession({ ...this.options, graph: this.#graph }, this.environment));
        for (const own of this.#dark) own.stop = inner.light.subscribe(own.listener);
        this.#dark.clear();
        inner.subscribe(() => { this.#publish(); });
        return inner;
      },
      (error: unknown) => {
        this.#loading = null;
        this.#state = { ...OFF_STATE, why: `A part of this page could not be loaded: ${sentence(error)}. Turn Realtime on again.` };
        this.#publish();
        return null;
      },
    );
    return this.#loading;
  }

  #publish(): void {
    for (const listener of [...this.#listeners]) reportOwn(listener);
  }
}

/** Hears no light before the session is loaded. */
interface DarkListener {
  readonly listener: LightListener;
  stop: (() => void) | null;
}

const DARK: NodeLight = { count: 0, rate: 0, level: 0, lastAt: null };

const NOTHING = { offered: 0, lit: 0, unmapped: 0, filtered: 0, missed: 0, carried: 0, thinned: 0, sampled_out: 0, forgotten: 0 };

/** Before the first On. */
const OFF_STATE: RealtimeState = {
  phase: "off", connection: "off", transport: null, why: "", retryAt: null, lagMs: 0, since: null, paused: false, catchUpSpeed: 0,
  counts: { total: 0, mapped: 0, unmapped: 0, identity: 0, tests: 0, rate: 0, pending: 0, filtered: null }, nodes: {},
  ledger: { view: NOTHING, balances: true, missed: { exact: 0, unknown: 0, gaps: [] }, doors: [], localEvents: 0, pendingLocal: 0, duplicates: 0, repeats: 0, misfits: 0 },
  unmapped: [], nearMisses: [], traces: { seen: 0, retained: 0, exact: true, recent: [] }, followed: [], jumps: [], sampling: { share: 1, threshold: 1, exact: true, notes: [] },
  filter: { text: "", problem: "" }, binds: {}, replay: null,
};
