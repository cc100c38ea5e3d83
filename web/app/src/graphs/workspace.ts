/** All graphs of one workspace, from the texts of its files: what the server does, for a page without one. */
import type { Graph, Warning } from "@dagnet-realtime/engine/wire.gen";
import { Bindings, indexRows } from "./bindings.ts";
import { drift } from "./drift.ts";
import { isFields, wellFormed } from "./fields.ts";
import { readGraph } from "./graph.ts";
import { inFolder } from "./paths.ts";
import { readTree } from "./trees.ts";
import { Unreadable } from "./unreadable.ts";

/** One file, by its path relative to the workspace's folder with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** A file that could not be read at all, and why; its neighbours are unharmed. */
export interface FileError {
  readonly file: string;
  readonly text: string;
}

/** All graphs of a workspace. `needed` are the paths that their filters read, in properties or in traits. */
export interface Catalogue {
  readonly graphs: ReadonlyMap<string, Graph>;
  readonly errors: readonly FileError[];
  readonly needed: readonly string[];
  readonly warnings: readonly Warning[];
}

const INDEXES = [["events-index.yaml", "events"], ["nodes-index.yaml", "nodes"]] as const;
/** Files that are read; real workspaces have tens. */
const FILE_LIMIT = 10_000;

/** Whether a file at `path` is read without being listed in an index; folders are read flat, as DagNet does. */
export function wanted(path: string): boolean {
  if (INDEXES.some(([index]) => index === path)) return true;
  return inFolder(path, "graphs", ".json") || inFolder(path, "events", ".yaml", ".yml") || inFolder(path, "nodes", ".yaml", ".yml");
}

/** The catalogue that `files` stand for; never throws. */
export function loadWorkspace(files: readonly SourceFile[]): Catalogue {
  const errors: FileError[] = [];
  const trees = readTrees(new Map(files.slice(0, FILE_LIMIT).map((file) => [file.path, file.text])), errors);
  const bindings = new Bindings(new Map([...trees].filter(([path]) => !path.endsWith(".json"))));
  const graphs = new Map<string, Graph>();
  for (const [path, tree] of trees)
    if (inFolder(path, "graphs", ".json"))
      attempt(path, errors, () => {
        const graph = readGraph(path, tree, bindings);
        graphs.set(graph.name, graph);
      });
  if (!files.some((file) => inFolder(file.path, "graphs", ".json")) && errors.length === 0)
    errors.push({ file: "graphs", text: "holds no graph files (*.json); give the folder of a DagNet data repository" });
  errors.sort((one, other) => (one.file < other.file ? -1 : one.file > other.file ? 1 : 0));
  const filters = [...graphs.values()].flatMap((graph) => graph.listens.flatMap((listen) => listen.filters));
  const needed = [...new Set(filters.map((filter) => filter.property))].sort();
  return { graphs, errors, needed, warnings: drift(bindings, graphs.values(), !errors.some(({ file }) => file.split("/")[0] === "graphs")) };
}

function readTrees(files: ReadonlyMap<string, string>, errors: FileError[]): ReadonlyMap<string, unknown> {
  const trees = new Map<string, unknown>();
  const take = (paths: readonly string[]): void => {
    for (const path of [...paths].sort())
      attempt(path, errors, () => {
        if (path !== wellFormed(path)) throw new Unreadable("has a name that is not UTF-8");
        const tree = readTree(path, files.get(path) ?? "");
        if (!path.endsWith(".json") && !isFields(tree)) throw new Unreadable(tree === null ? "is empty" : "holds no fields by name");
        trees.set(path, tree);
      });
  };
  const indexes = INDEXES.map(([index]) => index as string);
  take(indexes.filter((index) => files.has(index)));
  const listed = new Set(INDEXES.flatMap(([index, kind]) => [...indexRows(trees.get(index), kind).values()].map((row) => row.path)));
  take([...files.keys()].filter((path) => !indexes.includes(path) && (listed.has(path) || wanted(path))));
  return trees;
}

function attempt(path: string, errors: FileError[], read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    errors.push({ file: wellFormed(path), text: error.message });
  }
}
