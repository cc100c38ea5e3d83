/** Plays a saved session log on an engine; nothing of it is ever taken for live. */
import type { ExpandedEntry } from "@dagnet-realtime/engine/sessionLog";
import type { SessionLog } from "@dagnet-realtime/engine/sessionLogFile";
import { initialState } from "@dagnet-realtime/engine/state";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import type { EngineHost } from "./engineHost.ts";
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
