/** A realtime session that is loaded: the engine, its source, and summaries of both. */
import { changedBindings, rematchFrame } from "@dagnet-realtime/engine/rematch";
import type { Traces } from "@dagnet-realtime/engine/traces/model";
import type { JumpRow } from "@dagnet-realtime/engine/traces/select/jumps";
import type { Graph, Warning } from "@dagnet-realtime/engine/wire.gen";
import { EngineHost } from "./engineHost.ts";
import type { Environment } from "./environment.ts";
import { followedAs } from "./follows.ts";
import { FollowSync } from "./followSync.ts";
import type { LightSource } from "./light.ts";
import { Pause } from "./pause.ts";
import { ApiError } from "./http.ts";
import { exposeInside, NO_GRAPH, type Realtime, type RealtimeOptions, reportOwn as safely, type ReplayControls, sentence } from "./hostInterface.ts";
import type { LogPlayer } from "./replay.ts";
import type { LogSource } from "./sources/log.ts";
import { type RealtimeState, summarise } from "./state.ts";
import { OFF, type ConnectionStatus } from "./transport/transport.ts";
import { type SessionListener, type SessionPhase, WatchSession } from "./watchSession.ts";

/** Between two changes of the summary at least. */
const PUBLISH_MS = 250;
/** The engine's time moves on, and jumps are looked at, once a second. */
const SECOND_MS = 1000;

export class RealtimeSession implements Realtime {
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
  /** What is wrong with the shown graph, or with the source's. */
  #graphWhy = "";
  /** Why the other side goes on with the graph before. */
  #moveWhy = "";
  /** The graph that the other side has refused, by name. */
  #refused: string | null = null;
  #moving = false;
  /** What the shown graph lost when it was read; said while nothing else is wrong. */
  #leftOut = "";
  #jumps: readonly JumpRow[] = [];
  /** Loaded with the first session. */
  #findJumps: ((traces: Traces) => readonly JumpRow[]) | null = null;
  /** The graph that the source matches by, as far as it is known, and what it matches otherwise
   * than the graph that is shown.
   */
  #there: Graph | null = null;
  #known = false;
  #rematched: ReadonlySet<string> = new Set();
  #player: LogPlayer | null = null;
  /** Counts calls of On and Off: a log that was read for an earlier one is too late. */
  #turn = 0;
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
    this.#watch = new WatchSession(engine, environment, this.#listener(), (frame) => rematchFrame(frame, engine.state.table, this.#rematched));
    this.#pause = new Pause(engine, environment, () => { this.#touch(); });
    this.#follows = new FollowSync(engine, () => this.#sendFollows(), () => undefined);
    this.#graph = NO_GRAPH;
    this.#setGraph(options.graph);
    this.#state = this.#summarise();
    exposeInside(this, () => ({ engine, graph: this.#graph, session: this.#watch.session, connection: this.#connection }));
  }

  get state(): RealtimeState {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    const own = (): void => { listener(); };
    this.#listeners.add(own);
    return () => { this.#listeners.delete(own); };
  }

  get replay(): ReplayControls | null {
    return this.#player;
  }

  async on(): Promise<void> {
    if (this.#phase !== "off") return;
    this.#why = "";
    const { source } = this.options;
    if (this.#graph.nodes.length === 0) this.#fail(NO_NODES);
    else if ("read" in source) await this.#play(source);
    else await this.#watch.on(source, this.#graph);
  }

  async off(): Promise<void> {
    [this.#why, this.#moveWhy, this.#refused] = ["", "", null];
    this.#turn += 1;
    this.#player?.stop();
    this.#player = null;
    await this.#watch.off();
  }

  pause(): void {
    if (this.#player !== null) this.#player.pause();
    else if (this.#phase === "on") this.#pause.pause();
    this.#touch();
  }

  resume(): void {
    if (this.#player !== null) this.#player.resume();
    else this.#pause.resume();
    this.#touch();
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
    void this.#move();
  }

  /** Has the other side count the session for the graph that is shown, if that is another one. */
  async #move(): Promise<void> {
    const { source } = this.#watch;
    if (this.#phase !== "on" || this.#moving || source?.another === undefined) return;
    const graph = this.#graph;
    const there = source.another(graph);
    if (there === null || graph.name !== this.#refused) [this.#moveWhy, this.#refused] = ["", null];
    if (there === null || graph.name === this.#refused || graph.nodes.length === 0) return;
    this.#moving = true;
    try {
      const { recountSession } = await import("./recount.ts");
      if (this.#watch.source === source) await this.#watch.move(there, (start) => { recountSession(this.#engine, this.#graph, start); });
    } catch (error) {
      if (error instanceof ApiError && UNABLE.has(error.code)) this.#refused = graph.name;
      this.#moveWhy = `The server goes on with the graph before; this one lights by what this page matches. ${sentence(error)}`;
    }
    this.#moving = false;
    this.#touch();
    // The graph may have been changed again meanwhile.
    if (this.#graph.name !== graph.name) await this.#move();
  }

  #setGraph(given: Graph): void {
    const graph = (given as Graph | null | undefined) ?? NO_GRAPH;
    if (![graph.nodes, graph.edges, graph.listens].every((list) => Array.isArray(list))) {
      this.#graphWhy = "This is not a graph that `graphFrom` made; the one before is still shown.";
      return;
    }
    this.#graphWhy = "";
    this.#leftOut = leftOut(graph);
    const changed = changedBindings(this.#graph.listens, graph.listens);
    this.#graph = graph;
    this.#findRematched();
    this.#engine.dispatch({ kind: "graph", graph, rematch: this.#phase === "on" ? [...changed] : [] });
  }

  /** The source's own graph has come: what it binds otherwise is matched here from now on. */
  #setTheirs(graph: Graph): void {
    this.#there = graph;
    this.#graphWhy = "";
    this.#findRematched();
    // What came before it was known was taken as the source had matched it.
    if (!this.#known) this.#engine.dispatch({ kind: "graph", graph: this.#graph, rematch: [...this.#rematched] });
    this.#known = true;
    this.#touch();
  }

  #findRematched(): void {
    const { source } = this.#watch;
    this.#rematched = this.#there === null || source?.matches !== true ? new Set() : changedBindings(this.#there.listens, this.#graph.listens);
  }

  #listener(): SessionListener {
    return {
      phase: (phase, session) => { this.#onPhase(phase, session); },
      connection: (connection) => {
        this.#connection = connection;
        // The phase follows at once, and both are one change.
        if (connection.connection !== "off") this.#touch();
      },
      failed: (error) => { this.#fail(sentence(error)); },
      ended: (why) => { this.#fail(why); },
      graph: (graph) => { this.#setTheirs(graph); },
      graphFailed: (error) => {
        this.#graphWhy = `The server’s graph could not be read, so a node that is bound otherwise there may light wrongly: ${sentence(error)}`;
        this.#touch();
      },
    };
  }

  async #play(source: LogSource): Promise<void> {
    const turn = (this.#turn += 1);
    this.#onPhase("opening", null);
    try {
      const [log, { LogPlayer }] = await Promise.all([source.read(), import("./replay.ts")]);
      if (turn !== this.#turn) return;
      const shown = new Set(this.#graph.nodes.map(({ uuid }) => uuid));
      if (log.header.definition !== null && !log.header.definition.nodes.some(({ uuid }) => shown.has(uuid))) throw new Error(`This log was recorded on the graph “${log.header.graph}”. None of its nodes is in the graph that is shown. Open that graph.`);
      if (log.skipped > 0) this.#why = `${log.skipped} lines of the log could not be read, and are left out.`;
      this.#player = new LogPlayer(this.#engine, log, () => this.#graph, this.environment, () => { this.#touch(); });
      this.#connection = { ...OFF, connection: "replay", transport: "replay", since: this.environment.now() };
      this.#onPhase("on", log.header.watch_session_id);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#onPhase("off", null);
      this.#fail(sentence(error));
    }
  }

  #onPhase(phase: SessionPhase, session: string | null): void {
    this.#phase = phase;
    if (session !== null) {
      // The graph may have been changed while the session was opened.
      if (this.#player === null) {
        if (this.#engine.state.graph !== this.#graph) this.#engine.dispatch({ kind: "graph", graph: this.#graph });
        void Promise.resolve().then(() => this.#move());
      }
      [this.#there, this.#known] = [this.#graph, false];
      this.#findRematched();
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
    import("@dagnet-realtime/engine/traces/select/jumps").then(({ jumps }) => { this.#findJumps = jumps; }, () => undefined);
    const run = async (): Promise<void> => {
      let second = this.environment.now();
      for (;;) {
        await this.environment.sleep(PUBLISH_MS, signal);
        if (signal.aborted) return;
        if (this.environment.now() - second >= SECOND_MS) {
          second = this.environment.now();
          this.#engine.dispatch({ kind: "tick" });
          const { traces } = this.#engine.state.accumulation;
          if (traces !== null && this.#findJumps !== null) this.#jumps = this.#findJumps(traces);
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
    return summarise(this.#engine, { phase: this.#phase, connection: this.#connection, why: this.#why || this.#graphWhy || this.#moveWhy, leftOut: this.#leftOut, rematched: this.#rematched, jumps: this.#jumps, replay: this.#player?.state ?? null });
  }
}

/** Refusals that stand: the server does not know graph or session, or is too old to move it. */
const UNABLE: ReadonlySet<string> = new Set(["invalid", "gone", "not_found", "forbidden"]);

/** Warnings of a graph that keep a part of it from lighting. */
const LEAVES_OUT: ReadonlySet<string> = new Set(["duplicate_uuid", "edge_unresolved", "node_broken", "too_many"]);

const NO_NODES = "The graph has no nodes, so nothing can light.";

/** What of a graph could not be taken, or that it has no layout, in a sentence; "" if all is well.
 */
function leftOut({ nodes, warnings }: Graph): string {
  if (nodes.length === 0) return NO_NODES;
  const given: readonly Warning[] = Array.isArray(warnings) ? (warnings as readonly Warning[]) : [];
  const found = given.filter(({ code }) => LEAVES_OUT.has(code));
  const [first] = found;
  if (first !== undefined) return `The graph has a fault, at ${first.where}. ${first.text}${found.length > 1 ? ` There are ${found.length - 1} more; the warnings of \`graphFrom\` name them.` : ""}`;
  return nodes.every(({ x, y }) => x === null || y === null) ? "No node of the graph has a position." : "";
}
