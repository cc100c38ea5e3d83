/** The other graphs of the workspace that is shown: which of them listens for a name that the shown
 * one does not know.
 */
import { loadGraph, type ServerApi } from "@dagnet-realtime/client/api";
import { sameGraph, workspaceKey } from "./graphRef.ts";
import type { Store } from "./uiState.ts";

/** Graphs read at most: each is a request. */
const MOST_GRAPHS = 20;

export class OtherGraphs {
  /** Titles by name, of the graphs beside the one of `#key`. */
  #titles = new Map<string, string>();
  #key = "";

  constructor(
    private readonly store: Store,
    private readonly api: ServerApi,
  ) {}

  /** The title of another graph that listens for `name`, "" if none is known to. The graphs are
   * read when this is first asked.
   */
  listening(name: string): string {
    const { graphRef, workspaces } = this.store.getState();
    if (graphRef === null) return "";
    const summary = workspaces.find(({ id, env }) => id === graphRef.workspace && env === graphRef.env);
    const versions = summary?.graphs.map((one) => `${one.name} ${one.version}`).join("\n") ?? "";
    const key = `${workspaceKey(graphRef)} ${graphRef.graph}\n${versions}`;
    if (key !== this.#key) {
      this.#key = key;
      this.#titles = new Map();
      const others = (summary?.graphs ?? []).map((one) => ({ workspace: graphRef.workspace, env: graphRef.env, graph: one.name })).filter((one) => !sameGraph(one, graphRef));
      void this.#read(key, others.slice(0, MOST_GRAPHS));
    }
    return this.#titles.get(name) ?? "";
  }

  async #read(key: string, others: readonly Parameters<typeof loadGraph>[1][]): Promise<void> {
    for (const other of others) {
      // A graph that cannot be read explains no name.
      const graph = await loadGraph(this.api, other).catch(() => null);
      if (this.#key !== key) return;
      for (const name of graph?.listens.flatMap(({ names }) => names) ?? []) if (!this.#titles.has(name)) this.#titles.set(name, graph?.title || other.graph);
    }
    this.store.setState(({ numbersTick, rowsTick }) => ({ numbersTick: numbersTick + 1, rowsTick: rowsTick + 1 }));
  }
}
