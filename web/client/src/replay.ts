/** Plays a saved session log on an engine; nothing of it is ever taken for live. */
import type { ExpandedEntry } from "@dagnet-realtime/engine/sessionLog";
import type { SessionLog } from "@dagnet-realtime/engine/sessionLogFile";
import { initialState } from "@dagnet-realtime/engine/state";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import type { EngineHost } from "./engineHost.ts";
import type { Environment } from "./environment.ts";
import type { ReplayControls } from "./hostInterface.ts";
import type { ReplayState } from "./state.ts";
import { Player } from "./transport/player.ts";

/** How often a player should be turned, milliseconds. */
export const TURN_MS = 50;

export class Replay {
  readonly player: Player<ExpandedEntry>;

  /** Shows `graph`, by default the one in the log. */
  constructor(
    private readonly engine: EngineHost,
    readonly log: SessionLog,
    private readonly graph: () => Graph | null = () => log.header.definition,
  ) {
    this.player = new Player(log.frames, Date.parse(log.header.started_at));
    this.#begin();
  }

  /** Shows what became due in `ms` of the viewer's time. */
  turn(ms: number): void {
    this.#play(this.player.advance(ms));
  }

  /** Plays on; from the beginning if it had ended. */
  resume(): void {
    if (!this.player.playing && this.player.ended) this.seek(this.player.from);
    this.player.playing = true;
  }

  pause(): void {
    this.player.playing = false;
  }

  step(): void {
    this.player.playing = false;
    this.#play(this.player.step());
  }

  /** Everything anew up to a moment, in silence: a scrub is not traffic. */
  seek(at: number): void {
    this.#begin();
    const past = this.player.seek(at);
    this.engine.silently(() => { this.#play(past); });
  }

  #begin(): void {
    const { header } = this.log;
    const graph = this.graph();
    this.engine.reset(initialState(), () => this.player.at);
    if (graph === null) return;
    const { from } = this.player;
    this.engine.dispatch({ kind: "on", session: header.watch_session_id, position: "", graph, lane: "replay" }, from);
    this.engine.dispatch({ kind: "connection", state: "replay" }, from);
    for (const [name, node] of Object.entries(header.binds)) this.engine.dispatch({ kind: "bind", name, node }, from);
  }

  #play(entries: readonly ExpandedEntry[]): void {
    for (const entry of entries) this.engine.dispatch(entry.kind === "tap" ? { kind: "tap", message: entry.message } : { kind: "frame", frame: entry.frame }, entry.at);
  }
}

/** Plays a log in its own time until it is stopped. */
export class LogPlayer implements ReplayControls {
  readonly #replay: Replay;
  readonly #stopped = new AbortController();

  constructor(
    engine: EngineHost,
    log: SessionLog,
    graph: () => Graph,
    private readonly environment: Environment,
    private readonly changed: () => void,
  ) {
    this.#replay = new Replay(engine, log, graph);
    void this.#run();
  }

  get state(): ReplayState {
    const { from, to, at, speed, playing } = this.#replay.player;
    return { from, to, at, speed, playing };
  }

  seek(at: number): void {
    this.#replay.seek(at);
    this.changed();
  }

  step(): void {
    this.#replay.step();
    this.changed();
  }

  setSpeed(speed: number): void {
    if (speed > 0 && Number.isFinite(speed)) this.#replay.player.speed = speed;
    this.changed();
  }

  pause(): void {
    this.#replay.pause();
  }

  resume(): void {
    this.#replay.resume();
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #run(): Promise<void> {
    for (let last = this.environment.now(); ; ) {
      await this.environment.sleep(TURN_MS, this.#stopped.signal);
      if (this.#stopped.signal.aborted) return;
      const now = this.environment.now();
      this.#replay.turn(now - last);
      last = now;
    }
  }
}
