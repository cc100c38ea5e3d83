/** On and Off: opens a watch session, joins lane and engine, and says so when the session is gone. */
import { lookUp, REMOTE } from "@dagnet-realtime/engine/dedupe";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import type { Place, ServerApi } from "../lanes/api.ts";
import { OFF, type Lane, type LaneSink, type LaneState } from "../lanes/lane.ts";
import { functionLane, providerLane } from "../lanes/provider/lane.ts";
import { RemoteLane } from "../lanes/remote.ts";
import { POLLS_ONLY, STREAM, type Push } from "../lanes/roads.ts";
import type { Slots } from "../lanes/slots.ts";
import type { World } from "../lanes/world.ts";
import type { KeptSession } from "./keep.ts";
import type { LiveEngine } from "./live.ts";
import { notes, toast, told } from "./notices.ts";
import { published } from "./places.ts";
import type { Store } from "./store.ts";

/** Where a session stands that only this browser counts. */
const FIRST = "function:0";

export interface Parts {
  readonly store: Store;
  readonly engine: LiveEngine;
  readonly api: ServerApi;
  readonly slots: Slots;
  readonly world: World;
  /** What carries frames; `STREAM` unless something more is known of the way to the server. */
  readonly stream?: Push;
}

export class Watch {
  #lane: Lane | null = null;
  #loading = "";

  constructor(private readonly parts: Parts) {}

  /** Opens a session on the graph that is shown, and begins an accumulation. */
  async on(place: Place, graph: Graph): Promise<void> {
    const { store, api, engine, world } = this.parts;
    if (store.getState().serverless) {
      const session = `local-${Math.floor(world.chance() * 2 ** 48).toString(36)}`;
      engine.put({ kind: "on", session, position: "", graph, lane: "local" });
      this.#alone(session);
      return;
    }
    if (published(store.getState())) {
      const session = `function-${Math.floor(world.chance() * 2 ** 48).toString(36)}`;
      engine.put({ kind: "on", session, position: FIRST, graph, lane: "remote" });
      this.#listen(place, session, FIRST, false);
      return;
    }
    store.setState({ phase: "opening", notice: null });
    try {
      const opened = await api.open(place);
      engine.put({ kind: "on", session: opened.watch_session_id, position: opened.position, graph, lane: "remote" });
      this.#join(opened.watch_session_id, opened.position);
    } catch (error) {
      store.setState({ phase: "off", notice: told(error, "Realtime could not be turned on.") });
    }
  }

  /** Goes on with a session that this tab had before it was reloaded. */
  again(kept: KeptSession): void {
    const { store, engine, api } = this.parts;
    engine.reset(kept.state);
    store.setState({ filter: kept.state.filterText });
    if (published(this.parts.store.getState())) {
      this.#listen(kept.place, kept.session, kept.state.position, true);
      return;
    }
    // The server may still leave out what an earlier filter did: from here on it is told again if it shall.
    if (kept.state.accumulation.frameSums.filtered > 0) api.filter(kept.session, "").catch(() => undefined);
    if (this.parts.store.getState().serverless) this.#alone(kept.session);
    else this.#join(kept.session, kept.state.position);
  }

  /** Stops receiving and closes the session; what was collected stays on screen until the next On. */
  async off(): Promise<void> {
    const { store, api, engine } = this.parts;
    const { session } = store.getState();
    this.#leave();
    engine.put({ kind: "off" });
    engine.put({ kind: "connection", state: "off" });
    store.setState({ phase: "off", session: null, lane: OFF, paused: false });
    // A session that cannot be closed lapses by itself within its lease.
    if (session !== null && !published(store.getState())) await api.close(session).catch(() => undefined);
  }

  /** The lane's truth at this moment. */
  lane(): LaneState {
    return this.#lane?.state ?? OFF;
  }

  #join(session: string, position: string): void {
    const { store, api, slots, world } = this.parts;
    this.#leave();
    const { me, workspaces, place } = store.getState();
    const relayed = workspaces.some(({ id, env, relay }) => relay === true && id === place?.workspace && env === place.env);
    this.#lane = relayed ? providerLane(api, session, position, world) : new RemoteLane(api, session, position, slots, world, me?.push === false ? POLLS_ONLY : (this.parts.stream ?? STREAM));
    store.setState({ atServer: "", phase: "on", session, notice: null });
    this.#lane.start(this.#sink());
  }

  /** On where a function in Segment publishes: nobody but this browser knows of the session. */
  #listen(place: Place, session: string, position: string, resumed: boolean): void {
    const { store, engine, api, world } = this.parts;
    this.#leave();
    const known = (id: string): boolean => ((lookUp(engine.state.accumulation.dedupe, id)?.lanes ?? 0) & REMOTE) !== 0;
    this.#lane = functionLane({ api, place, session, position, resumed, table: () => engine.state.table, known }, world);
    store.setState({ atServer: "", phase: "on", session, notice: null });
    this.#lane.start(this.#sink());
  }

  /** On without a server: only pages of this browser are heard, by the local lane. */
  #alone(session: string): void {
    const { store, engine, world } = this.parts;
    engine.put({ kind: "connection", state: "live" });
    store.setState({ phase: "on", session, notice: null, lane: { ...OFF, connection: "live", transport: "local", since: world.now() } });
  }

  #leave(): void {
    this.#lane?.stop();
    this.#lane = null;
  }

  #sink(): LaneSink {
    const { store, engine } = this.parts;
    return {
      frame: (frame) => {
        const known = engine.state.posture?.notes ?? [];
        engine.put({ kind: "frame", frame });
        notes(store, known, engine.state.posture?.notes ?? []);
        const { resyncFrom: needs, wantsGraph } = engine.state;
        if (needs !== null && this.#lane instanceof RemoteLane) this.#lane.seek(needs);
        if (wantsGraph !== null) void this.#reload(wantsGraph);
      },
      state: (lane) => {
        engine.put({ kind: "connection", state: lane.connection });
        store.setState({ lane });
      },
      ended: (why) => {
        this.#leave();
        engine.put({ kind: "off" });
        const notice = { what: `This watch session has ended: ${why}`, meaning: "What was collected so far stays on screen; nothing that happens from here on is counted.", remedy: "Turn Realtime on again.", bad: false };
        store.setState({ phase: "off", session: null, lane: OFF, paused: false, notice });
      },
    };
  }

  /** The graph's files changed while it was watched: fetches it once per version. */
  async #reload(version: string): Promise<void> {
    const { store, api, engine } = this.parts;
    const { place } = store.getState();
    if (this.#loading === version || place === null) return;
    this.#loading = version;
    try {
      const graph = await api.graph(place);
      engine.put({ kind: "graph", graph });
      store.setState({ graph });
      toast(store, { what: "The graph’s files changed.", meaning: "The new version is shown; counts stay with their nodes.", remedy: "", bad: false });
    } catch (error) {
      store.setState({ notice: told(error, "The graph's files changed and the new version could not be read; the old one is still shown.") });
    } finally {
      this.#loading = "";
    }
  }
}
