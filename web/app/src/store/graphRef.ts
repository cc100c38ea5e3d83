/** References to graphs: in the address, in preferences, and which one to show. */
import type { GraphRef, WorkspaceSummary } from "@dagnet-realtime/client/api";

/** "workspace/env/graph", each part escaped: what the address and the memory hold. */
export function formatGraphRef(graphRef: GraphRef): string {
  return [graphRef.workspace, graphRef.env, graphRef.graph].map(encodeURIComponent).join("/");
}

export function parseGraphRef(text: string): GraphRef | null {
  const parts = text.split("/");
  if (parts.length !== 3) return null;
  try {
    const [workspace = "", env = "", graph = ""] = parts.map(decodeURIComponent);
    return workspace && env && graph ? { workspace, env, graph } : null;
  } catch {
    return null;
  }
}

/** The page's address with the shown graph in it, to be passed on; all else in it stays. */
export function urlWithGraph(href: string, graphRef: GraphRef): string {
  const url = new URL(href);
  url.searchParams.set("graph", formatGraphRef(graphRef));
  return url.href;
}

/** The page's address with the filter in it, without one if it is "". */
export function urlWithFilter(href: string, filter: string): string {
  const url = new URL(href);
  if (filter === "") url.searchParams.delete("filter");
  else url.searchParams.set("filter", filter);
  return url.href;
}

/** Every graph there is, in the server's order. */
export function allGraphs(workspaces: readonly WorkspaceSummary[]): GraphRef[] {
  return workspaces.flatMap(({ id, env, graphs }) => graphs.map(({ name }) => ({ workspace: id, env, graph: name })));
}

/** "workspace/env", each part escaped. */
export function workspaceKey(graphRef: Pick<GraphRef, "workspace" | "env"> | null): string {
  return graphRef === null ? "" : [graphRef.workspace, graphRef.env].map(encodeURIComponent).join("/");
}

export function sameGraph(a: GraphRef | null, b: GraphRef | null): boolean {
  return a !== null && b !== null && a.workspace === b.workspace && a.env === b.env && a.graph === b.graph;
}

/** The first wish that exists, else the graph of which most can light, else the first. */
export function chooseGraph(workspaces: readonly WorkspaceSummary[], wishes: readonly string[]): GraphRef | null {
  const there = allGraphs(workspaces);
  for (const wish of wishes) {
    const found = there.find((graphRef) => sameGraph(graphRef, parseGraphRef(wish)));
    if (found) return found;
  }
  const summaries = workspaces.flatMap(({ graphs }) => graphs);
  const most = Math.max(0, ...summaries.map(({ can_light }) => can_light));
  return there[summaries.findIndex(({ can_light }) => can_light === most)] ?? null;
}

/** Whether no server receives the events of the graph: a function in Segment publishes them. */
export function usesFunctionIngest({ workspaces, graphRef }: { readonly workspaces: readonly WorkspaceSummary[]; readonly graphRef: GraphRef | null }): boolean {
  return workspaces.some(({ id, env, ingest }) => ingest === "function" && id === graphRef?.workspace && env === graphRef.env);
}
