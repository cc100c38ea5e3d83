/** Which workspace the files that somebody gave make: whatever folder they came from, and what was open before. */
import type { SourceFile } from "../graphs/workspace.ts";

/** A workspace as it was given: a name, and its files relative to its folder. */
export interface Given {
  readonly title: string;
  readonly files: readonly SourceFile[];
}

export interface Settled extends Given {
  /** Other workspaces that were found beside it, by their folders. */
  readonly beside: readonly string[];
}

const INDEX = /^(?:events|nodes)-index\.yaml$/;
const GRAPH = /^(.*?)graphs\/[^/]+\.json$/;

/** A folder with `graphs/` in it stands for itself; anything else is added to what was open. Null where nothing can be made of it. */
export function settle(given: readonly SourceFile[], before: Given | null): Settled | null {
  const roots = rootsOf(given);
  const root = roots[0];
  if (root !== undefined) {
    const files = given.filter(({ path }) => path.startsWith(root)).map(({ path, text }) => ({ path: path.slice(root.length), text }));
    const title = root.split("/").at(-2) ?? "workspace";
    // `graphs/` given by itself has no folder of its own, and belongs to what is open.
    if (root !== "" || before === null) return { title, files, beside: roots.slice(1).map((one) => one.slice(0, -1)) };
    return { title: before.title, files: merged(before.files, files), beside: [] };
  }
  const files = given.map(placed).filter((file) => file !== null);
  if (files.length === 0) return null;
  const graph = files.find(({ path }) => path.startsWith("graphs/"));
  if (before === null && graph === undefined) return null;
  const title = before?.title ?? (graph?.path.slice("graphs/".length, -".json".length) || "workspace");
  return { title, files: merged(before?.files ?? [], files), beside: [] };
}

/** The folders that hold `graphs/`, the one with most graphs first. */
function rootsOf(files: readonly SourceFile[]): readonly string[] {
  const graphs = new Map<string, number>();
  for (const { path } of files) {
    const root = GRAPH.exec(path)?.[1];
    if (root !== undefined) graphs.set(root, (graphs.get(root) ?? 0) + 1);
  }
  return [...graphs].sort(([one, many], [other, few]) => few - many || one.length - other.length || (one < other ? -1 : 1)).map(([root]) => root);
}

/** Where a file that came without its workspace belongs: by its folder where it has a telling one, else by what it says. */
function placed({ path, text }: SourceFile): SourceFile | null {
  const parts = path.split("/");
  const name = parts.at(-1) ?? "";
  const folder = parts.at(-2) ?? "";
  if (INDEX.test(name)) return { path: name, text };
  if (/\.json$/i.test(name)) return { path: `graphs/${name}`, text };
  if (!/\.ya?ml$/i.test(name)) return null;
  if (folder === "events" || folder === "nodes") return { path: `${folder}/${name}`, text };
  return { path: `${/^event_id\s*:/m.test(text) && !/^provider_event_names\s*:/m.test(text) ? "nodes" : "events"}/${name}`, text };
}

function merged(before: readonly SourceFile[], files: readonly SourceFile[]): readonly SourceFile[] {
  const all = new Map([...before, ...files].map((file) => [file.path, file]));
  return [...all.values()];
}
