/** Plays a saved session log on the same engine; nothing of it is ever taken for live. */
import { isProblem } from "@dagnet-realtime/engine/problem";
import { readSessionLog, type SessionLog } from "@dagnet-realtime/engine/sessionLogFile";
import type { ExpandedEntry } from "@dagnet-realtime/engine/sessionLog";
import { initialState } from "@dagnet-realtime/engine/state";
import { OFF } from "@dagnet-realtime/client/transport/transport";
import { Player } from "@dagnet-realtime/client/transport/player";
import { showGraph } from "./boot.ts";
import { toast } from "./notices.ts";
import type { AppContext, SessionController } from "./sessionController.ts";

const TURN_MS = 50;

export class ReplayController {
  readonly #timer: ReturnType<typeof setInterval>;
  readonly player: Player<ExpandedEntry>;

  constructor(
    private readonly context: AppContext,
    readonly log: SessionLog,
  ) {
    this.player = new Player(log.frames, Date.parse(log.header.started_at));
    this.#begin();
    this.#timer = setInterval(() => {
      this.turn(TURN_MS);
    }, TURN_MS);
  }

  /** What became due in `ms` of the viewer's time. */
  turn(ms: number): void {
    this.#play(this.player.advance(ms));
  }

  /** Holds, or plays on; from the beginning if it had ended. */
  togglePlaying(): void {
    if (!this.player.playing && this.player.ended) this.seek(this.player.from);
    this.player.playing = !this.player.playing;
    this.#say();
  }

  setSpeed(speed: number): void {
    this.player.speed = speed;
    this.#say();
  }

  step(): void {
    this.player.playing = false;
    this.#play(this.player.step());
    this.#say();
  }

  /** Everything anew up to a moment, in silence: a scrub is not traffic. */
  seek(at: number): void {
    this.#begin();
    const past = this.player.seek(at);
    this.context.engine.silently(() => {
      this.#play(past);
    });
    this.#say();
  }

  /** Ends the replay and shows the graph that was shown before, Off. */
  async close(): Promise<void> {
    const { store, engine, environment } = this.context;
    clearInterval(this.#timer);
    engine.reset(initialState(), () => environment.now());
    const { graphRef } = store.getState();
    store.setState({ phase: "off", connection: OFF, replay: null, paused: false, trace: "" });
    if (graphRef) await showGraph(this.context, graphRef);
    else store.setState({ graph: null });
  }

  #say(): void {
    this.context.store.setState(({ rowsTick: fifth }) => ({ rowsTick: fifth + 1 }));
  }

  #begin(): void {
    const { engine, store } = this.context;
    const { header } = this.log;
    engine.reset(initialState(), () => this.player.at);
    if (header.definition === null) return;
    engine.dispatch({ kind: "on", session: header.watch_session_id, position: "", graph: header.definition, lane: "replay" }, this.player.from);
    engine.dispatch({ kind: "connection", state: "replay" }, this.player.from);
    for (const [name, node] of Object.entries(header.binds)) engine.dispatch({ kind: "bind", name, node }, this.player.from);
    store.setState({ paused: false });
  }

  #play(entries: readonly ExpandedEntry[]): void {
    for (const entry of entries) this.context.engine.dispatch(entry.kind === "tap" ? { kind: "tap", message: entry.message } : { kind: "frame", frame: entry.frame }, entry.at);
  }
}

/** Opens a log's text; a live session ends first. What cannot be read is said. */
export async function openLog(context: AppContext, watch: SessionController, text: string): Promise<void> {
  const { store, environment } = context;
  const log = readSessionLog(text);
  if (isProblem(log)) {
    toast(store, { what: log.title, meaning: log.detail, remedy: "Choose a file that “Save log” wrote.", bad: true });
    return;
  }
  if (log.header.definition === null) {
    toast(store, { what: "This log does not hold its graph.", meaning: "Without it there is nothing to light.", remedy: "Save it again from Realtime.", bad: true });
    return;
  }
  if (store.getState().phase === "on") await watch.off();
  await store.getState().replay?.close();
  const replay = new ReplayController(context, log);
  const lane = { ...OFF, connection: "replay" as const, transport: "replay" as const, since: environment.now() };
  store.setState({ phase: "replay", replay, graph: log.header.definition, connection: lane, selected: null, trace: "", notice: null });
  if (log.skipped > 0) toast(store, { what: `${log.skipped} lines of the log could not be read.`, meaning: "They are left out.", remedy: "", bad: false });
}
