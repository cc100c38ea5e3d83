/** The view of a shared link beside its graph and traces: the filter, and what is selected. */
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import type { EdgeRef } from "@dagnet-realtime/react/picture/types";
import type { Actions } from "../store/actions.ts";
import { toast } from "../store/notices.ts";
import type { Store, UiState } from "../store/uiState.ts";

/** Adds the view to the address of a link; `others` are traces that are followed as well. With a
 * `share` it shows the past too.
 */
export function withView(link: string, { filter, selected, selectedEdge, share = "" }: Pick<UiState, "filter" | "selected" | "selectedEdge"> & { readonly share?: string }, others: readonly string[]): string {
  const url = new URL(link);
  for (const token of others) if (!url.searchParams.getAll("trace").includes(token)) url.searchParams.append("trace", token);
  if (filter !== "") url.searchParams.set("filter", filter);
  if (selected !== null) url.searchParams.set("node", selected);
  if (selectedEdge !== null) url.searchParams.set("edge", selectedEdge.kind === "edge" ? selectedEdge.edge : `${selectedEdge.from}>${selectedEdge.to}`);
  if (share !== "") url.searchParams.set("share", share);
  return url.href;
}

/** What the address selects in a graph; null if it names something that the graph has not. */
export function selectionIn(address: URLSearchParams, graph: Graph): { readonly node: string | null; readonly edge: EdgeRef | null } | null {
  const node = address.get("node");
  const edge = address.get("edge");
  const has = (uuid: string | undefined): uuid is string => graph.nodes.some((one) => one.uuid === uuid);
  if (node !== null) return has(node) ? { node, edge: null } : null;
  if (edge === null) return { node: null, edge: null };
  if (graph.edges.some(({ uuid }) => uuid === edge)) return { node: null, edge: { kind: "edge", edge } };
  const [from, to] = edge.split(">");
  return has(from) && has(to) ? { node: null, edge: { kind: "jump", from, to } } : null;
}

/** Selects what the address names, as soon as there is a graph; the filter is there before. */
export function openView(store: Store, actions: Actions, address: URLSearchParams): void {
  if (!address.has("node") && !address.has("edge")) return;
  const stop = store.subscribe(({ graph }) => {
    if (graph === null) return;
    stop();
    const found = selectionIn(address, graph);
    if (found === null) toast(store, { what: "The link selects something that this graph does not have.", meaning: "The graph may have changed since the link was copied.", remedy: "", bad: true });
    else if (found.node !== null) actions.select(found.node);
    else actions.selectEdge(found.edge);
  });
}
