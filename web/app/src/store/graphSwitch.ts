/** Shows another graph: a session on the same workspace goes on and is counted anew, a recording
 * plays on it, and anything else begins there.
 */
import { type GraphRef, loadGraph } from "@dagnet-realtime/client/api";
import { ApiError } from "@dagnet-realtime/client/http";
import { recountSession } from "@dagnet-realtime/client/recount";
import { parseFilter, printFilter } from "@dagnet-realtime/engine/filter";
import { isProblem } from "@dagnet-realtime/engine/problem";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import { showGraph } from "./boot.ts";
import { sameGraph, workspaceKey } from "./graphRef.ts";
import { toast, toNotice } from "./notices.ts";
import type { AppContext } from "./appContext.ts";
import type { SessionController } from "./sessionController.ts";

/** Refusals of a server that cannot move a session, or does not know it. */
const UNABLE: ReadonlySet<string> = new Set(["invalid", "gone", "not_found"]);

/** Shows `place`; On stays On. Returns whether it is shown now. */
export async function switchGraph(context: AppContext, watch: SessionController, place: GraphRef): Promise<boolean> {
  const { store, api } = context;
  const { phase, graphRef, replay } = store.getState();
  try {
    if (replay !== null) {
      replay.show(await loadGraph(api, place));
      store.setState({ graphRef: place });
      return true;
    }
    if (phase === "on" && workspaceKey(place) === workspaceKey(graphRef)) {
      if (sameGraph(place, graphRef)) return true;
      const graph = await loadGraph(api, place);
      if (await moved(context, watch, place, graph)) return true;
    }
  } catch (error) {
    toast(store, toNotice(error, "The graph that is shown stays, and counts on."));
    return false;
  }
  await watch.off();
  await showGraph(context, place);
  const { graph } = store.getState();
  if (phase === "on" && graph) await watch.on(place, graph);
  return true;
}

/** Moves the session; false if the server is too old for that, or has forgotten the session. */
async function moved(context: AppContext, watch: SessionController, place: GraphRef, graph: Graph): Promise<boolean> {
  const { store, engine } = context;
  try {
    await watch.move(place, (start) => {
      recountSession(engine, graph, start);
      store.setState({ graphRef: place, graph, selected: null, selectedEdge: null, highlight: null, followers: [], paused: false, catchUpSpeed: 0, notice: null });
    });
  } catch (error) {
    if (error instanceof ApiError && UNABLE.has(error.code)) return false;
    throw error;
  }
  await dropLostTerms(context, graph);
  return true;
}

/** Ends what the filter says of nodes that the graph does not have: nothing could pass it. */
async function dropLostTerms({ store, engine, api }: AppContext, graph: Graph): Promise<void> {
  const { filter, serverFilter, session } = store.getState();
  const parsed = parseFilter(filter);
  if (isProblem(parsed)) return;
  const there = new Set(graph.nodes.flatMap(({ uuid, id, label }) => [uuid, id, label]));
  const terms = parsed.terms.filter(({ key, values }) => key !== "node" || values.some((value) => there.has(value)));
  if (terms.length === parsed.terms.length) return;
  const text = printFilter({ terms });
  engine.dispatch({ kind: "filter", text });
  store.setState({ filter: text, ...(serverFilter === "" ? {} : { serverFilter: text }) });
  toast(store, { what: "Part of the filter was ended.", meaning: "It named a node that this graph does not have, so nothing could have passed.", remedy: "", bad: false });
  if (serverFilter !== "" && session !== null) await api.filter(session, text);
}
