/** Plays a saved session log in this page: its controls, and what the store says of it. */
import { isProblem } from "@dagnet-realtime/engine/problem";
import { createTable } from "@dagnet-realtime/engine/matching";
import { recountEntries } from "@dagnet-realtime/engine/recount";
import { readSessionLog, type SessionLog } from "@dagnet-realtime/engine/sessionLogFile";
import { initialState } from "@dagnet-realtime/engine/state";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import { Replay, TURN_MS } from "@dagnet-realtime/client/replay";
import { OFF } from "@dagnet-realtime/client/transport/transport";
import { showGraph } from "./boot.ts";
import { toast } from "./notices.ts";
import type { AppContext } from "./appContext.ts";
import type { SessionController } from "./sessionController.ts";

export class ReplayController {
  readonly #timer: ReturnType<typeof setInterval>;
  #replay: Replay;

  constructor(
    private readonly context: AppContext,
    readonly log: SessionLog,
  ) {
    this.#replay = new Replay(context.engine, log);
    context.store.setState({ paused: false });
    this.#timer = setInterval(() => {
      this.turn(TURN_MS);
    }, TURN_MS);
  }

  get player(): Replay["player"] {
    return this.#replay.player;
  }

  /** What became due in `ms` of the viewer's time. */
  turn(ms: number): void {
    this.#replay.turn(ms);
  }

  /** Holds, or plays on; from the beginning if it had ended. */
  togglePlaying(): void {
    if (this.player.playing) this.#replay.pause();
    else this.#replay.resume();
    this.#say();
  }

  setSpeed(speed: number): void {
    this.player.speed = speed;
    this.#say();
  }

  step(): void {
    this.#replay.step();
    this.#say();
  }

  /** Shows everything up to a moment. */
  seek(at: number): void {
    this.#replay.seek(at);
    this.#say();
  }

  /** Goes on with another graph, on which the log's events are counted anew. */
  show(graph: Graph): void {
    const { at, speed, playing } = this.player;
    const own = graph.version === this.log.header.graph_version;
    const { entries, left } = recountEntries(this.log.frames, createTable(graph.listens), this.player.from, false);
    this.#replay = new Replay(this.context.engine, own ? this.log : { ...this.log, frames: entries, header: { ...this.log.header, graph: graph.name, definition: graph, binds: {} } });
    this.#replay.seek(at);
    this.player.speed = speed;
    this.player.playing = playing;
    this.context.store.setState({ graph, selected: null, selectedEdge: null, highlight: null });
    if (!own && left > 0) toast(this.context.store, { what: `${left} events of this log cannot be shown on another graph.`, meaning: "The log holds their number, and not what they were.", remedy: "", bad: false });
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
