/** A watch session from On to Off: opens a source, feeds the engine, and reports how it goes. */
import { type Follower, type Frame, type Graph, PROTOCOL } from "@dagnet-realtime/engine/wire.gen";
import type { EngineHost } from "./engineHost.ts";
import type { Environment } from "./environment.ts";
import { ApiError, backoffMs } from "./http.ts";
import { made, type SessionStart, type Source } from "./source.ts";
import { OFF, type ConnectionStatus, type Transport, type TransportSink } from "./transport/transport.ts";

/** `opening` waits for the other side. */
export type SessionPhase = "off" | "opening" | "on";

/** What a session tells its owner. */
export interface SessionListener {
  /** The phase, with the session's id while it is on. */
  phase(phase: SessionPhase, session: string | null): void;
  connection(connection: ConnectionStatus): void;
  /** It could not be turned on. */
  failed(error: unknown): void;
  /** The other side has ended it, and will not take it up again. */
  ended(why: string): void;
  /** The other side's graph has changed; it was loaded, or could not be. */
  graph(graph: Graph): void;
  graphFailed(error: unknown): void;
  /** Which traces other people follow on this graph, in place of all before. */
  followers?(followers: readonly Follower[]): void;
  /** A person was deleted: what carries these tokens is gone, and so is what was joined to them. */
  forgot?(tokens: readonly string[]): void;
  /** After each frame, with the server's notes before it. */
  notes?(before: readonly string[], now: readonly string[]): void;
}

/** A graph that could not be loaded is asked for again after this. */
const RELOAD_MS = 30_000;
const NO_NOTES: readonly string[] = [];
/** Refusals that pass: a server that starts, or is busy. */
const PASSING: ReadonlySet<string> = new Set(["unreachable", "unavailable", "rate_limited"]);

export class WatchSession {
  #source: Source | null = null;
  #session: string | null = null;
  #transport: Transport | null = null;
  /** Counts calls of On and Off: an answer to an earlier one is too late. */
  #turn = 0;
  #reopening = new AbortController();
  #reload = { version: "", until: 0 };

  constructor(
    private readonly engine: EngineHost,
    private readonly environment: Environment,
    private readonly listener: SessionListener,
    /** Rewrites frames before the engine takes them in. */
    private readonly rewrite: (frame: Frame) => Frame = (frame) => frame,
  ) {}

  /** The id of the session that is on; null while Off. */
  get session(): string | null {
    return this.#session;
  }

  get source(): Source | null {
    return this.#source;
  }

  /** The transport's truth at this moment. */
  get connection(): ConnectionStatus {
    return this.#transport?.state ?? OFF;
  }

  /** Opens a session on `graph`, and begins an accumulation. Never rejects. */
  async on(source: Source, graph: Graph): Promise<void> {
    const turn = (this.#turn += 1);
    let start = made(source);
    if (source.open !== undefined) {
      this.listener.phase("opening", null);
      try {
        start = await source.open(graph);
      } catch (error) {
        if (turn !== this.#turn) return;
        this.listener.phase("off", null);
        this.listener.failed(error);
        return;
      }
      if (turn !== this.#turn) {
        // Turned off while it was opened.
        source.close?.(start.session).catch(() => undefined);
        return;
      }
    }
    this.engine.dispatch({ kind: "on", session: start.session, position: start.position, graph, lane: source.lane }, start.since ?? this.engine.at());
    this.#begin(source, start, false);
  }

  /** Goes on with a session that this tab had before it was reloaded; the engine has its state. */
  resume(source: Source, start: SessionStart): void {
    this.#turn += 1;
    // The other side may still apply an earlier filter: from here on, it filters only if it is
    // asked again.
    if (this.engine.state.accumulation.frameSums.filtered > 0) source.filter?.(start.session, "").catch(() => undefined);
    this.#begin(source, start, true);
  }

  /** Shows another graph of the same log in the session that is on. `recount` counts it anew: from
   * the other side's log, whose position at On it gets, or with null from what is held here. If the
   * other side refuses, the session goes on as it was, and this rejects.
   */
  async move(source: Source, recount: (start: string | null) => void): Promise<void> {
    const [before, session] = [this.#source, this.#session];
    if (before === null || session === null) return;
    const turn = (this.#turn += 1);
    // What it brings from here on may count for the other graph.
    this.#transport?.stop();
    let start: string | null = null;
    try {
      if (source.move !== undefined) start = (await source.move(session)).position;
    } catch (error) {
      if (turn === this.#turn) this.#begin(before, { session, position: this.engine.state.position }, true);
      throw error;
    }
    if (turn !== this.#turn) return;
    recount(start);
    this.#begin(source, { session, position: this.engine.state.position }, true);
  }

  /** Stops receiving and closes the session; what was collected stays until the next On. */
  async off(): Promise<void> {
    this.#turn += 1;
    const [source, session] = [this.#source, this.#session];
    this.#end();
    // A session that cannot be closed lapses by itself within its lease.
    if (session !== null) await source?.close?.(session).catch(() => undefined);
  }

  #begin(source: Source, start: SessionStart, resumed: boolean): void {
    this.#transport?.stop();
    this.#reload = { version: "", until: 0 };
    this.#source = source;
    this.#session = start.session;
    this.#transport = source.connect(start, { engine: this.engine, environment: this.environment, resumed });
    if (this.#transport === null) this.engine.dispatch({ kind: "connection", state: "live" });
    this.listener.phase("on", start.session);
    if (this.#transport === null) this.listener.connection({ ...OFF, connection: "live", transport: "local", since: this.environment.now() });
    else this.#transport.start(this.#sink(this.#transport));
  }

  /** The server does not know the session, as after its restart: opens another one in its place
   * and reads on from where the engine stands. What was counted stays; what the server no
   * longer has is a gap.
   */
  async #reopen(source: Source, why: string): Promise<void> {
    const { engine, environment, listener } = this;
    const turn = (this.#turn += 1);
    this.#transport?.stop();
    this.#reopening.abort();
    const { signal } = (this.#reopening = new AbortController());
    for (let attempt = 0; source.open !== undefined && engine.state.graph !== null; attempt += 1) {
      try {
        const { session, position } = await source.open(engine.state.graph);
        if (turn === this.#turn) this.#begin(source, { session, position: engine.state.position || position }, false);
        else source.close?.(session).catch(() => undefined);
        return;
      } catch (error) {
        if (turn !== this.#turn) return;
        if (!(error instanceof ApiError) || !PASSING.has(error.code)) {
          this.#finish(error instanceof ApiError ? error.message : why);
          return;
        }
        const wait = backoffMs(attempt, environment.random(), error.retryAfter);
        engine.dispatch({ kind: "connection", state: "reconnecting" });
        listener.connection({ ...OFF, connection: "reconnecting", since: environment.now(), lastFrameAt: engine.state.lastFrameAt, retryAt: environment.now() + wait, why: error.title });
        await environment.sleep(wait, signal);
        if (turn !== this.#turn) return;
      }
    }
    this.#finish(why);
  }

  #finish(why: string): void {
    this.#turn += 1;
    this.#end();
    this.listener.ended(why);
  }

  #end(): void {
    this.#reopening.abort();
    this.#transport?.stop();
    this.#transport = null;
    this.#source = null;
    this.#session = null;
    this.engine.dispatch({ kind: "off" });
    this.engine.dispatch({ kind: "connection", state: "off" });
    this.listener.followers?.([]);
    this.listener.connection(OFF);
    this.listener.phase("off", null);
  }

  #sink(transport: Transport): TransportSink {
    const current = (): boolean => this.#transport === transport;
    const ended = (why: string): void => {
      if (current()) this.#finish(why);
    };
    return {
      frame: (frame) => {
        if (!current()) return;
        if (frame.op === "hello" && frame.protocol > PROTOCOL) {
          ended(`The server speaks protocol ${frame.protocol}, and this page reads ${PROTOCOL} at most: load a newer version of it.`);
          return;
        }
        this.#take(this.rewrite(frame), transport);
      },
      tap: (message) => { if (current()) this.engine.dispatch({ kind: "tap", message }); },
      state: (connection) => {
        if (!current()) return;
        this.engine.dispatch({ kind: "connection", state: connection.connection });
        this.listener.connection(connection);
      },
      ended: (why, lapsed = false) => {
        if (lapsed && current() && this.#source !== null) void this.#reopen(this.#source, why);
        else ended(why);
      },
    };
  }

  #take(frame: Frame, transport: Transport): void {
    const { engine } = this;
    // It is of people who watch: neither the engine nor a saved log has it.
    if (frame.op === "company") {
      this.listener.followers?.(frame.follows);
      return;
    }
    const notes = engine.state.posture?.notes ?? NO_NOTES;
    const gone = frame.op === "forget" ? frame.tokens.flatMap((token) => [token, ...engine.state.accumulation.traces?.tokens.get(token)?.trace.tokens.map((one) => one.token) ?? []]) : null;
    engine.dispatch({ kind: "frame", frame });
    if (gone !== null) this.listener.forgot?.(gone);
    this.listener.notes?.(notes, engine.state.posture?.notes ?? NO_NOTES);
    const { resyncFrom, wantsGraph } = engine.state;
    if (resyncFrom !== null) transport.seek?.(resyncFrom);
    if (wantsGraph !== null) void this.#loadGraph(wantsGraph);
  }

  /** Loads the other side's graph, once for each version. */
  async #loadGraph(version: string): Promise<void> {
    const source = this.#source;
    if (source?.graph === undefined || (this.#reload.version === version && this.environment.now() < this.#reload.until)) return;
    const turn = this.#turn;
    this.#reload = { version, until: Infinity };
    try {
      const graph = await source.graph();
      if (turn === this.#turn) this.listener.graph(graph);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.#reload = { version, until: this.environment.now() + RELOAD_MS };
      this.listener.graphFailed(error);
    }
  }
}
