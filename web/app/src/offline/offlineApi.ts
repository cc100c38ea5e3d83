/** The server's API over files that were opened in this page. */
import { isProblem, type Problem } from "@dagnet-realtime/engine/problem";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import type { Catalogue } from "./workspace.ts";
import type { Me, GraphRef, ServerApi, WorkspaceSummary } from "@dagnet-realtime/client/api";
import { ApiError } from "@dagnet-realtime/client/http";
import type { StoredWorkspace } from "./workspaceStore.ts";

/** The environment of everything that is opened from files. */
export const ENV = "files";
const ANONYMOUS: Me = { person: "", access: "none", can: ["watch", "follow"], demo: false, version: "" };

/** At most one workspace is open; `take` and `empty` are its only writers. */
export class OfflineApi implements ServerApi {
  #title = "";
  #catalogue: Catalogue | null = null;

  /** Shows what was given from here on; throws `ApiError` if nothing of it can be read, and then
   * what was open stays.
   */
  async openWorkspace(kept: StoredWorkspace): Promise<Catalogue> {
    const found = await readAll(kept);
    if (isProblem(found)) throw new ApiError("invalid", `${found.title}.`, `${found.detail}.`, "Open another one.");
    if (found.graphs.size === 0) throw new ApiError("invalid", "There is no graph in it that can be read.", errorsOf(found), "Open the folder that holds graphs/, events/ and nodes/.");
    this.#title = kept.kind === "files" ? kept.given.title : "Shared";
    this.#catalogue = found;
    return found;
  }

  closeWorkspace(): void {
    this.#catalogue = null;
  }

  me(): Promise<Me> {
    return Promise.resolve(ANONYMOUS);
  }

  workspaces(): Promise<readonly WorkspaceSummary[]> {
    const found = this.#catalogue;
    return Promise.resolve(found === null ? [] : [{ id: this.#title, env: ENV, graphs: [...found.graphs.values()].map(summary), errors: found.errors, sources: [] }]);
  }

  graph({ graph }: GraphRef): Promise<Graph> {
    const found = this.#catalogue?.graphs.get(graph);
    if (found) return Promise.resolve(found);
    return Promise.reject(new ApiError("not_found", "This graph is not open.", "", "Open its folder again."));
  }

  readonly streams = needsServer;
  readonly openSession = needsServer;
  readonly changeGraph = needsServer;
  readonly findPerson = needsServer;
  readonly poll = needsServer;
  readonly readRange = needsServer;
  readonly relaySubscription = needsServer;
  readonly openedSession = needsServer;
  readonly signSubscription = needsServer;
  readonly functionSubscription = needsServer;
  readonly signFunctionSubscription = needsServer;
  readonly stream = needsServer;
  readonly testEvent = needsServer;
  readonly signOut = needsServer;
  readonly visitors = needsServer;
  readonly simulate = needsServer;
  readonly stopVisitors = needsServer;

  /** A trace is followed, and a filter runs, in the page alone. */
  readonly filter = nothingToDo;
  readonly follows = nothingToDo;
  readonly closeSession = nothingToDo;
}

function nothingToDo(): Promise<void> {
  return Promise.resolve();
}

/** What only a server can do; the screen offers none of it without one. */
function needsServer(): Promise<never> {
  return Promise.reject(new ApiError("unavailable", "There is no server behind this page.", "It shows what pages of this browser emit, and saved logs.", "Run dagnet-realtime serve to watch a webhook."));
}

/** Reads what was opened; the reader and its YAML are loaded only now, since a page with a server
 * needs neither.
 */
async function readAll(kept: StoredWorkspace): Promise<Catalogue | Problem> {
  if (kept.kind === "files") return (await import("./workspace.ts")).loadWorkspace(kept.given.files);
  return (await import("./shareLink.ts")).openShared(kept.link);
}

/** The first errors of a workspace's files in one line. */
export function errorsOf({ errors }: Pick<Catalogue, "errors">): string {
  const said = errors.slice(0, 3).map(({ file, text }) => `${file} ${text}.`);
  return [...said, errors.length > said.length ? `${errors.length - said.length} more files could not be read.` : ""].filter(Boolean).join(" ");
}

function summary(graph: Graph): WorkspaceSummary["graphs"][number] {
  const canLight = new Set(graph.listens.map(({ node }) => node)).size;
  return { name: graph.name, title: graph.title, version: graph.version, nodes: graph.nodes.length, edges: graph.edges.length, can_light: canLight };
}
