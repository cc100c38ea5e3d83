/** Which graph is shown: from the address, else from memory, else the first that there is. */
import type { Place, WorkspaceSummary } from "../lanes/api.ts";

/** "workspace/env/graph", each part escaped: what the address and the memory hold. */
export function written(place: Place): string {
  return [place.workspace, place.env, place.graph].map(encodeURIComponent).join("/");
}

export function read(text: string): Place | null {
  const parts = text.split("/");
  if (parts.length !== 3) return null;
  try {
    const [workspace = "", env = "", graph = ""] = parts.map(decodeURIComponent);
    return workspace && env && graph ? { workspace, env, graph } : null;
  } catch {
    return null;
  }
}

/** The page's address with the graph that is shown, so that it can be passed on; all else in it stays. */
export function addressed(href: string, place: Place): string {
  const url = new URL(href);
  url.searchParams.set("graph", written(place));
  return url.href;
}

/** Every graph there is, in the server's order. */
export function all(workspaces: readonly WorkspaceSummary[]): Place[] {
  return workspaces.flatMap(({ id, env, graphs }) => graphs.map(({ name }) => ({ workspace: id, env, graph: name })));
}

export function same(a: Place | null, b: Place | null): boolean {
  return a !== null && b !== null && a.workspace === b.workspace && a.env === b.env && a.graph === b.graph;
}

/** The first wish that exists, else the graph of which most can light, else the first. */
export function choose(workspaces: readonly WorkspaceSummary[], wishes: readonly string[]): Place | null {
  const there = all(workspaces);
  for (const wish of wishes) {
    const found = there.find((place) => same(place, read(wish)));
    if (found) return found;
  }
  const summaries = workspaces.flatMap(({ graphs }) => graphs);
  const most = Math.max(0, ...summaries.map(({ can_light }) => can_light));
  return there[summaries.findIndex(({ can_light }) => can_light === most)] ?? null;
}

/** Whether no server hears the events of `place`: a function in Segment publishes them. */
export function published({ workspaces, place }: { readonly workspaces: readonly WorkspaceSummary[]; readonly place: Place | null }): boolean {
  return workspaces.some(({ id, env, ingest }) => ingest === "function" && id === place?.workspace && env === place.env);
}
