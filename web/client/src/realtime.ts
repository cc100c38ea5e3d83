/** A graph's realtime session, for a host that draws the graph itself. */
import type { JumpRow } from "@dagnet-realtime/engine/traces/select/jumps";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import { EngineHost } from "./engineHost.ts";
import { browserEnvironment, type Environment } from "./environment.ts";
import { followedAs } from "./follows.ts";
import { FollowSync } from "./followSync.ts";
import { ApiError } from "./http.ts";
import type { LightSource } from "./light.ts";
import { Pause } from "./pause.ts";
import type { Source } from "./source.ts";
import { type RealtimeState, summarise, unexpectedSteps } from "./state.ts";
import { OFF, type ConnectionStatus } from "./transport/transport.ts";
import { type SessionPhase, WatchSession } from "./watchSession.ts";

/** A name that was bound to a node, as DagNet would write it into the event's definition. */
export interface Mapping {
  /** The event's name, as Segment sends it. */
  readonly name: string;
  /** The node's uuid and id, and the id of its event; "" if the node has none. */
  readonly node: string;
  readonly nodeId: string;
  readonly eventId: string;
}

export interface RealtimeOptions {
  /** From `graphFrom`, or as the server sends it. */
  readonly graph: Graph;
  readonly source: Source;
  /** Called for each `bind`, so that the host can write the definition itself. */
  onBind?(mapping: Mapping): void;
}

/** One graph's session. Nothing here throws or rejects: what goes wrong stands in `state.why`. */
export interface Realtime {
  /** The light of nodes, at every frame; for a renderer. */
  readonly light: LightSource;
  /** The latest summary; another object whenever it changes, at most four times a second. */
  readonly state: RealtimeState;
  /** Calls back after each change of `state`; returns how to stop. */
  subscribe(listener: () => void): () => void;
  /** Begins a session. Counts of an earlier one are gone. */
  on(): Promise<void>;
  /** Ends the session; what was collected stays until the next On. */
  off(): Promise<void>;
  /** Holds the picture; what comes meanwhile waits. A log stops playing. */
  pause(): void;
  /** Shows what waited at speed, then the present; called again meanwhile, jumps to now. */
  resume(): void;
  /** Counts anew from now on. */
  clear(): void;
  /** Takes the last `clear` back. */
  undo(): void;
  /** Follows the trace of this token, beside those that are followed. */
  follow(token: string): void;
  /** Lets a followed trace go; all of them without a token. */
  unfollow(token?: string): void;
  /** Shows only events that pass; "" shows all. What is wrong with it stands in `state.filter`. */
  filter(text: string): void;
  /** Has events of this name light the node (uuid) in this session, and those since On. Returns
   * false if the graph has no such node, or the name is bound already.
   */
  bind(name: string, node: string): boolean;
  /** Ends a binding for events to come. */
  unbind(name: string): void;
  /** Shows the edited graph: the session, its counts and traces go on. */
  update(graph: Graph): void;
}

/** Between two changes of the summary at least. */
const PUBLISH_MS = 250;
/** The engine's time moves on, and jumps are looked at, once a second. */
const SECOND_MS = 1000;

/** Makes a session that is Off. */
export function realtime(options: RealtimeOptions, environment: Environment = browserEnvironment): Realtime {
  return new RealtimeSession(options, environment);
}

class RealtimeSession implements Realtime {
  readonly light: LightSource;
  readonly #engine: EngineHost;
  readonly #watch: WatchSession;
  readonly #pause: Pause;
  readonly #follows: FollowSync;
  readonly #listeners = new Set<() => void>();
  #graph: Graph;
  #phase: SessionPhase = "off";
  #connection: ConnectionStatus = OFF;
  #why = "";
  #jumps: readonly JumpRow[] = [];
  #since = new Map<string, number>();
  #state: RealtimeState;
  #publishedAt = -Infinity;
  #published = -1;
  #due: AbortController | null = null;
  #beating: AbortController | null = null;

  constructor(
    private readonly options: RealtimeOptions,
    private readonly environment: Environment,
  ) {
    const engine = (this.#engine = new EngineHost(() => environment.now()));
    this.light = engine.light;
    this.#watch = new WatchSession(engine, environment, {
      phase: (phase, session) => { this.#onPhase(phase, session); },
      connection: (connection) => {
        this.#connection = connection;
        this.#touch();
      },
      failed: (error) => { this.#fail(sentence(error)); },
      ended: (why) => { this.#fail(why); },
      graph: () => undefined,
      graphFailed: () => undefined,
    });
    this.#pause = new Pause(engine, environment, () => { this.#touch(); });
    this.#follows = new FollowSync(engine, () => this.#sendFollows(), () => undefined);
    this.#graph = EMPTY;
    this.#setGraph(options.graph);
    this.#state = this.#summarise();
  }

  get state(): RealtimeState {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    const own = (): void => { listener(); };
    this.#listeners.add(own);
    return () => { this.#listeners.delete(own); };
  }

  async on(): Promise<void> {
    if (this.#phase !== "off") return;
    this.#why = "";
    if (this.#graph.nodes.length === 0) {
      this.#fail("The graph has no nodes, so nothing can light.");
      return;
    }
    await this.#watch.on(this.options.source, this.#graph);
  }

  async off(): Promise<void> {
    this.#why = "";
    await this.#watch.off();
  }

  pause(): void {
    if (this.#phase === "on") this.#pause.pause();
  }

  resume(): void {
    this.#pause.resume();
  }

  clear(): void {
    this.#engine.dispatch({ kind: "clear" });
    this.#touch();
  }

  undo(): void {
    this.#engine.dispatch({ kind: "undo" });
    this.#touch();
  }

  follow(token: string): void {
    if (typeof token !== "string" || token === "" || followedAs(this.#engine.state, token) !== null) return;
    this.#follows.follow([...this.#engine.state.follows, token]);
    this.#touch();
  }

  unfollow(token?: string): void {
    const { follows } = this.#engine.state;
    const gone = token === undefined ? null : (followedAs(this.#engine.state, token) ?? token);
    this.#follows.follow(gone === null ? [] : follows.filter((one) => one !== gone));
    this.#touch();
  }

  filter(text: string): void {
    this.#engine.dispatch({ kind: "filter", text });
    this.#touch();
  }

  bind(name: string, node: string): boolean {
    const { state } = this.#engine;
    const target = this.#graph.nodes.find(({ uuid }) => uuid === node);
    if (target === undefined || state.binds.has(name)) return false;
    this.#engine.dispatch({ kind: "bind", name, node });
    if (!this.#engine.state.binds.has(name)) return false;
    safely(() => this.options.onBind?.({ name, node, nodeId: target.id, eventId: target.event_id }));
    this.#touch();
    return true;
  }

  unbind(name: string): void {
    this.#engine.dispatch({ kind: "unbind", name });
    this.#touch();
  }

  update(graph: Graph): void {
    this.#setGraph(graph);
    this.#touch();
  }

  #setGraph(given: Graph): void {
    const graph = (given as Graph | null | undefined) ?? EMPTY;
    if (![graph.nodes, graph.edges, graph.listens].every((list) => Array.isArray(list))) {
      this.#why = "This is not a graph that `graphFrom` made; the one before is still shown.";
      return;
    }
    this.#graph = graph;
    this.#engine.dispatch({ kind: "graph", graph });
  }

  #onPhase(phase: SessionPhase, session: string | null): void {
    this.#phase = phase;
    if (session !== null) {
      this.#since = new Map();
      this.#follows.enter("");
      const tokens = [...new Set([...this.#engine.state.follows, ...this.#follows.wanted])];
      if (tokens.length > 0) this.#follows.follow(tokens);
      this.#beat();
    } else if (phase === "off") {
      this.#beating?.abort();
      this.#beating = null;
    }
    this.#touch();
  }

  #sendFollows(): Promise<void> | null {
    const { session, source } = this.#watch;
    return session === null ? null : (source?.follows?.(session, this.#engine.state.follows) ?? null);
  }

  #fail(why: string): void {
    this.#why = why;
    this.#touch();
  }

  /** While On: the engine's time, and summaries of what came. */
  #beat(): void {
    this.#beating?.abort();
    const { signal } = (this.#beating = new AbortController());
    const run = async (): Promise<void> => {
      let second = this.environment.now();
      for (;;) {
        await this.environment.sleep(PUBLISH_MS, signal);
        if (signal.aborted) return;
        if (this.environment.now() - second >= SECOND_MS) {
          second = this.environment.now();
          this.#engine.dispatch({ kind: "tick" });
          this.#jumps = unexpectedSteps(this.#engine);
        }
        if (this.#engine.state.revision !== this.#published) this.#touch();
      }
    };
    void run();
  }

  /** Publishes now if the last time was long enough ago, else as soon as it is. */
  #touch(): void {
    if (this.#due !== null) return;
    const wait = this.#publishedAt + PUBLISH_MS - this.environment.now();
    if (wait <= 0) {
      this.#publish();
      return;
    }
    const due = (this.#due = new AbortController());
    void this.environment.sleep(wait, due.signal).then(() => {
      this.#due = null;
      this.#publish();
    });
  }

  #publish(): void {
    this.#publishedAt = this.environment.now();
    this.#published = this.#engine.state.revision;
    this.#state = this.#summarise();
    for (const listener of [...this.#listeners]) safely(listener);
  }

  #summarise(): RealtimeState {
    return summarise(this.#engine, { phase: this.#phase, connection: this.#connection, why: this.#why, since: this.#since, jumps: this.#jumps, replay: null });
  }
}

const EMPTY: Graph = { name: "", file: "", version: "", title: "", nodes: [], edges: [], postits: [], containers: [], listens: [], warnings: [] };

/** Calls the host's own code: its errors are its own, and are reported as such. */
function safely(run: () => void): void {
  try {
    run();
  } catch (error) {
    reportError(error);
  }
}

function sentence(error: unknown): string {
  if (error instanceof ApiError) return error.message;
  return error instanceof Error && error.message !== "" ? error.message : "Something went wrong in this page.";
}
