/** Turns Realtime on and off in this page: chooses the source, and writes into the store. */
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import { sentences } from "@dagnet-realtime/client/http";
import type { GraphRef } from "@dagnet-realtime/client/api";
import type { ConnectionStatus } from "@dagnet-realtime/client/transport/transport";
import type { SavedSession } from "@dagnet-realtime/client/sessionSnapshot";
import type { Source } from "@dagnet-realtime/client/source";
import { functionSource, serverSource, workspaceOf } from "@dagnet-realtime/client/sources/remote";
import { WatchSession } from "@dagnet-realtime/client/watchSession";
import type { AppContext } from "./appContext.ts";
import { announceNotes, toast, toNotice } from "./notices.ts";
import { usesFunctionIngest } from "./graphRef.ts";

/** Events come by the local lane alone, which listens as long as the page is there. */
const PAGES: Source = { lane: "local", connect: () => null };

export class SessionController {
  /** Called with the tokens of a person who was deleted. */
  forgot: (tokens: readonly string[]) => void = () => undefined;
  readonly #session: WatchSession;

  constructor(private readonly context: AppContext) {
    const { store, engine, environment } = context;
    this.#session = new WatchSession(engine, environment, {
      phase: (phase, session) => {
        if (phase === "off") store.setState({ phase, session, paused: false, catchUpSpeed: 0, endedBecause: "" });
        else store.setState({ phase, session, notice: null, endedBecause: "", ...(phase === "on" ? { serverFilter: "" } : {}) });
      },
      connection: (connection) => { store.setState({ connection }); },
      failed: (error) => { store.setState({ notice: toNotice(error, "Realtime could not be turned on.") }); },
      ended: (why) => {
        const notice = { what: sentences(`This watch session has ended: ${why}`), meaning: "What was collected so far stays on screen; nothing that happens from here on is counted.", remedy: "Turn Realtime on again.", bad: false };
        store.setState({ notice, endedBecause: why });
      },
      graph: (graph) => {
        engine.dispatch({ kind: "graph", graph });
        store.setState({ graph });
        toast(store, { what: "The graph’s files changed.", meaning: "The new version is shown; counts stay with their nodes.", remedy: "", bad: false });
      },
      graphFailed: (error) => { store.setState({ notice: toNotice(error, "The graph's files changed and the new version could not be read; the old one is still shown.") }); },
      followers: (followers) => { store.setState({ followers }); },
      forgot: (tokens) => { this.forgot(tokens); },
      notes: (before, now) => { announceNotes(store, before, now); },
    });
  }

  /** Opens a session on the graph that is shown, and begins an accumulation. */
  async on(graphRef: GraphRef, graph: Graph): Promise<void> {
    await this.#session.on(this.#source(graphRef), graph);
  }

  /** Goes on with a session that this tab had before it was reloaded. */
  resume(kept: SavedSession): void {
    this.context.engine.reset(kept.state);
    // A filter in the address was asked for; it is the kept one's, unless a link brought another.
    const { filter } = this.context.store.getState();
    if (filter === "") this.context.store.setState({ filter: kept.state.filterText });
    else if (filter !== kept.state.filterText) this.context.engine.dispatch({ kind: "filter", text: filter });
    this.#session.resume(this.#source(kept.place), { session: kept.session, position: kept.state.position });
  }

  /** Has the session that is on count for another graph; see `WatchSession.move`. */
  async move(graphRef: GraphRef, recount: (start: string | null) => void): Promise<void> {
    const { store } = this.context;
    const { serverFilter } = store.getState();
    await this.#session.move(this.#source(graphRef), recount);
    store.setState({ serverFilter });
  }

  /** Stops receiving and closes the session; what was collected stays until the next On. */
  async off(): Promise<void> {
    await this.#session.off();
  }

  /** The transport's truth at this moment. */
  connection(): ConnectionStatus {
    return this.#session.connection;
  }

  #source(graphRef: GraphRef): Source {
    const { store, api, slots, carrier } = this.context;
    const ui = store.getState();
    if (ui.serverless) return PAGES;
    if (usesFunctionIngest(ui)) return functionSource(graphRef, api);
    const source = serverSource(graphRef, () => {
      const { me, workspaces } = store.getState();
      return { api, slots, push: me?.push !== false, relay: workspaceOf(workspaces, graphRef)?.relay === true, ...(carrier === undefined ? {} : { carrier }) };
    });
    const { share = "" } = this.context;
    this.context.share = "";
    return share === "" ? source : { ...source, open: async () => (await import("./sharedPast.ts")).openShared(this.context, graphRef, share) };
  }
}
