/** Turns Realtime on and off: opens a session, connects transport and engine, reports the end. */
import { lookUp, REMOTE } from "@dagnet-realtime/engine/dedupe";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import { type GraphRef, loadGraph, type ServerApi } from "@dagnet-realtime/client/api";
import { OFF, type Transport, type TransportSink, type ConnectionStatus } from "@dagnet-realtime/client/transport/transport";
import { functionTransport, relayTransport } from "@dagnet-realtime/client/transport/relay/relayTransport";
import { RemoteTransport } from "@dagnet-realtime/client/transport/remoteTransport";
import { POLLS_ONLY, STREAM, type Carrier } from "@dagnet-realtime/client/transport/carriers";
import type { StreamSlots } from "@dagnet-realtime/client/transport/streamSlots";
import type { Environment } from "@dagnet-realtime/client/environment";
import type { SavedSession } from "@dagnet-realtime/client/sessionSnapshot";
import type { EngineHost } from "@dagnet-realtime/client/engineHost";
import { announceNotes, toast, toNotice } from "./notices.ts";
import { usesFunctionIngest } from "./graphRef.ts";
import type { Store } from "./uiState.ts";

/** Where a session stands that only this browser counts. */
const FIRST_POSITION = "function:0";

export interface AppContext {
  readonly store: Store;
  readonly engine: EngineHost;
  readonly api: ServerApi;
  readonly slots: StreamSlots;
  readonly environment: Environment;
  /** What carries frames; `STREAM` unless something more is known of the way to the server. */
  readonly carrier?: Carrier;
}

export class SessionController {
  #transport: Transport | null = null;
  #loading = "";

  constructor(private readonly context: AppContext) {}

  /** Opens a session on the graph that is shown, and begins an accumulation. */
  async on(graphRef: GraphRef, graph: Graph): Promise<void> {
    const { store, api, engine, environment } = this.context;
    if (store.getState().serverless) {
      const session = `local-${Math.floor(environment.random() * 2 ** 48).toString(36)}`;
      engine.dispatch({ kind: "on", session, position: "", graph, lane: "local" });
      this.#watchPages(session);
      return;
    }
    if (usesFunctionIngest(store.getState())) {
      const session = `function-${Math.floor(environment.random() * 2 ** 48).toString(36)}`;
      engine.dispatch({ kind: "on", session, position: FIRST_POSITION, graph, lane: "remote" });
      this.#watchFunction(graphRef, session, FIRST_POSITION, false);
      return;
    }
    store.setState({ phase: "opening", notice: null });
    try {
      const opened = await api.openSession(graphRef);
      engine.dispatch({ kind: "on", session: opened.watch_session_id, position: opened.position, graph, lane: "remote" });
      this.#watch(opened.watch_session_id, opened.position);
    } catch (error) {
      store.setState({ phase: "off", notice: toNotice(error, "Realtime could not be turned on.") });
    }
  }

  /** Goes on with a session that this tab had before it was reloaded. */
  resume(kept: SavedSession): void {
    const { store, engine, api } = this.context;
    engine.reset(kept.state);
    store.setState({ filter: kept.state.filterText });
    if (usesFunctionIngest(this.context.store.getState())) {
      this.#watchFunction(kept.place, kept.session, kept.state.position, true);
      return;
    }
    // The server may still apply an earlier filter: from here on, it filters only if it is asked
    // again.
    if (kept.state.accumulation.frameSums.filtered > 0) api.filter(kept.session, "").catch(() => undefined);
    if (this.context.store.getState().serverless) this.#watchPages(kept.session);
    else this.#watch(kept.session, kept.state.position);
  }

  /** Stops receiving and closes the session; what was collected stays until the next On. */
  async off(): Promise<void> {
    const { store, api, engine } = this.context;
    const { session } = store.getState();
    this.#stopTransport();
    engine.dispatch({ kind: "off" });
    engine.dispatch({ kind: "connection", state: "off" });
    store.setState({ phase: "off", session: null, connection: OFF, paused: false });
    // A session that cannot be closed lapses by itself within its lease.
    if (session !== null && !usesFunctionIngest(store.getState())) await api.closeSession(session).catch(() => undefined);
  }

  /** The lane's truth at this moment. */
  connection(): ConnectionStatus {
    return this.#transport?.state ?? OFF;
  }

  #watch(session: string, position: string): void {
    const { store, api, slots, environment } = this.context;
    this.#stopTransport();
    const { me, workspaces, graphRef } = store.getState();
    const relayed = workspaces.some(({ id, env, relay }) => relay === true && id === graphRef?.workspace && env === graphRef.env);
    this.#transport = relayed ? relayTransport(api, session, position, environment) : new RemoteTransport(api, session, position, slots, environment, me?.push === false ? POLLS_ONLY : (this.context.carrier ?? STREAM));
    store.setState({ serverFilter: "", phase: "on", session, notice: null });
    this.#transport.start(this.#sink());
  }

  /** Turns On for events that a function in Segment publishes; only this browser knows it. */
  #watchFunction(graphRef: GraphRef, session: string, position: string, resumed: boolean): void {
    const { store, engine, api, environment } = this.context;
    this.#stopTransport();
    const known = (id: string): boolean => ((lookUp(engine.state.accumulation.dedupe, id)?.lanes ?? 0) & REMOTE) !== 0;
    this.#transport = functionTransport({ api, place: graphRef, session, position, resumed, table: () => engine.state.table, known }, environment);
    store.setState({ serverFilter: "", phase: "on", session, notice: null });
    this.#transport.start(this.#sink());
  }

  /** On without a server: only pages of this browser are heard, by the local lane. */
  #watchPages(session: string): void {
    const { store, engine, environment } = this.context;
    engine.dispatch({ kind: "connection", state: "live" });
    store.setState({ phase: "on", session, notice: null, connection: { ...OFF, connection: "live", transport: "local", since: environment.now() } });
  }

  #stopTransport(): void {
    this.#transport?.stop();
    this.#transport = null;
  }

  #sink(): TransportSink {
    const { store, engine } = this.context;
    return {
      frame: (frame) => {
        const known = engine.state.posture?.notes ?? [];
        engine.dispatch({ kind: "frame", frame });
        announceNotes(store, known, engine.state.posture?.notes ?? []);
        const { resyncFrom: needs, wantsGraph } = engine.state;
        if (needs !== null && this.#transport instanceof RemoteTransport) this.#transport.seek(needs);
        if (wantsGraph !== null) void this.#reload(wantsGraph);
      },
      state: (connection) => {
        engine.dispatch({ kind: "connection", state: connection.connection });
        store.setState({ connection });
      },
      ended: (why) => {
        this.#stopTransport();
        engine.dispatch({ kind: "off" });
        const notice = { what: `This watch session has ended: ${why}`, meaning: "What was collected so far stays on screen; nothing that happens from here on is counted.", remedy: "Turn Realtime on again.", bad: false };
        store.setState({ phase: "off", session: null, connection: OFF, paused: false, notice });
      },
    };
  }

  /** The graph's files changed while it was watched: fetches it once per version. */
  async #reload(version: string): Promise<void> {
    const { store, api, engine } = this.context;
    const { graphRef } = store.getState();
    if (this.#loading === version || graphRef === null) return;
    this.#loading = version;
    try {
      const graph = await loadGraph(api, graphRef);
      engine.dispatch({ kind: "graph", graph });
      store.setState({ graph });
      toast(store, { what: "The graph’s files changed.", meaning: "The new version is shown; counts stay with their nodes.", remedy: "", bad: false });
    } catch (error) {
      store.setState({ notice: toNotice(error, "The graph's files changed and the new version could not be read; the old one is still shown.") });
    } finally {
      this.#loading = "";
    }
  }
}
