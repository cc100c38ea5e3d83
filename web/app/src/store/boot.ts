/** Starts the page: who the user is, what there is to watch, and whether this tab had a session. */
import { type GraphRef, loadGraph } from "@dagnet-realtime/client/api";
import type { TabStorage } from "@dagnet-realtime/client/sessionSnapshot";
import { toast, toNotice } from "./notices.ts";
import { ignoredNamesOf } from "./preferences.ts";
import { workspaceKey, chooseGraph, parseGraphRef, sameGraph, formatGraphRef } from "./graphRef.ts";
import type { AppContext } from "./appContext.ts";
import type { SessionController } from "./sessionController.ts";

/** Reads everything and shows the graph; resumes a kept session, or turns On if `eager`. */
export async function boot(context: AppContext, watch: SessionController, shelf: TabStorage | null, address: string, eager: boolean): Promise<void> {
  const { store, api, environment } = context;
  store.setState({ phase: "starting", notice: null });
  try {
    const [me, workspaces, { restoreSession }] = await Promise.all([api.me(), api.workspaces(), import("@dagnet-realtime/client/sessionSnapshot")]);
    store.setState({ me, workspaces });
    const kept = restoreSession(shelf, environment.now());
    const wishes = [address, kept ? formatGraphRef(kept.place) : "", store.getState().preferences.place];
    const graphRef = chooseGraph(workspaces, wishes);
    if (!graphRef) {
      store.setState({ phase: "off", graphRef: null, graph: null });
      return;
    }
    await showGraph(context, graphRef);
    const graph = store.getState().graph;
    if (graph === null) return;
    if (address !== "" && !sameGraph(parseGraphRef(address), graphRef)) announceMissingGraph(context, address, graph.title);
    if (kept && sameGraph(kept.place, graphRef)) watch.resume(kept);
    else if (eager || me.demo) await watch.on(graphRef, graph);
    if (me.demo) await visitors(context);
  } catch (error) {
    store.setState({ phase: "failed", notice: toNotice(error, "Realtime cannot show anything until it knows who you are and what you may watch.") });
  }
}

/** The address names a graph that does not exist: says so, rather than silently show another. */
function announceMissingGraph({ store }: AppContext, address: string, shown: string): void {
  const meaning = `It may have been renamed or removed, or you may not watch it. “${shown}” is shown instead.`;
  toast(store, { what: `There is no graph “${parseGraphRef(address)?.graph ?? address}”.`, meaning, remedy: "", bad: true });
}

/** Loads and shows a graph, Off. */
export async function showGraph(context: AppContext, graphRef: GraphRef): Promise<void> {
  const { store, api, engine } = context;
  try {
    const graph = await loadGraph(api, graphRef);
    engine.reset();
    engine.dispatch({ kind: "graph", graph });
    engine.dispatch({ kind: "filter", text: store.getState().filter });
    engine.dispatch({ kind: "ignore", patterns: ignoredNamesOf(store.getState().preferences, workspaceKey(graphRef)) });
    store.setState({ graphRef, graph, phase: "off", endedBecause: "", selected: null, selectedEdge: null, highlight: null, trace: "", paused: false, notice: null });
  } catch (error) {
    store.setState({ graphRef, graph: null, phase: "off", notice: toNotice(error, `The graph “${parseGraphRef(formatGraphRef(graphRef))?.graph ?? ""}” cannot be shown.`) });
  }
}

/** Whether simulated visitors walk already; a server without them has none. */
async function visitors({ store, api }: AppContext): Promise<void> {
  const answer = await api.visitors().catch(() => null);
  store.setState({ visitors: answer === null ? null : answer.running ? answer.rate : 0 });
}
