/** Reads the files that were dropped or picked, and assembles a workspace of them. */
import type { DroppedThing } from "../drops.ts";
import type { SourceFile } from "./workspace.ts";

/** What was read, and a sentence for each thing that was not. */
export interface ReadFiles {
  readonly files: readonly SourceFile[];
  readonly left: readonly string[];
}

/** Something that may be a file of a workspace. `path` has forward slashes, and begins with the
 * folder that was given.
 */
export interface FileCandidate {
  readonly path: string;
  readonly size: number;
  text(): Promise<string>;
}

/** Entries looked at; a home folder dropped by mistake ends here. */
const ENTRIES = 20_000;
/** Folders inside folders. */
const DEPTH = 8;
/** Bytes of one file, and of all; real workspaces have a few hundred kilobytes. */
const FILE_BYTES = 5 * 1024 * 1024;
const ALL_BYTES = 30 * 1024 * 1024;
const TEXT = /\.(?:json|ya?ml)$/i;
const IGNORED = /^(?:\..*|node_modules|parameters|snapshots|dist)$/;
const MEGABYTE = 1024 * 1024;

/** Reads the candidates that a workspace may be made of. */
export async function readFiles(candidates: AsyncIterable<FileCandidate> | Iterable<FileCandidate>): Promise<ReadFiles> {
  const files: SourceFile[] = [];
  const left: string[] = [];
  let bytes = 0;
  let seen = 0;
  for await (const one of candidates) {
    seen += 1;
    if (seen > ENTRIES) {
      left.push(`There are more than ${ENTRIES} files; the rest was not looked at.`);
      break;
    }
    if (!TEXT.test(one.path)) continue;
    if (one.size > FILE_BYTES) {
      left.push(`${one.path} is larger than ${FILE_BYTES / MEGABYTE} MB.`);
    } else if (bytes + one.size > ALL_BYTES) {
      left.push(`All files together are larger than ${ALL_BYTES / MEGABYTE} MB; the rest was not read.`);
      break;
    } else {
      bytes += one.size;
      const text = await one.text().catch(() => null);
      if (text === null) left.push(`${one.path} could not be read.`);
      else files.push({ path: one.path, text });
    }
  }
  return { files, left };
}

/** Of `<input type="file" webkitdirectory>`, or of plain files. */
export function* pickedFiles(list: Iterable<File>): Iterable<FileCandidate> {
  for (const file of list) {
    const path = file.webkitRelativePath || file.name;
    if (!path.split("/").some((part) => IGNORED.test(part))) yield { path, size: file.size, text: () => file.text() };
  }
}

/** The files of a drop, by handle if there is one: on a page from disk Chromium reads no dropped
 * entry.
 */
export async function* droppedFiles(things: readonly DroppedThing[]): AsyncIterable<FileCandidate> {
  for (const { entry, handle } of things) {
    const found = await handle;
    if (found?.kind === "directory") yield* granted(found as FileSystemDirectoryHandle);
    else if (found) yield await leaf(found as FileSystemFileHandle, "");
    else if (entry) yield* walk([entry], "", 0);
  }
}

async function* walk(entries: readonly FileSystemEntry[], folder: string, depth: number): AsyncIterable<FileCandidate> {
  for (const entry of entries) {
    const path = `${folder}${entry.name}`;
    if (IGNORED.test(entry.name)) continue;
    if (entry.isDirectory) {
      if (depth < DEPTH) yield* walk(await children(entry as FileSystemDirectoryEntry), `${path}/`, depth + 1);
    } else {
      const file = await new Promise<File | null>((done) => {
        (entry as FileSystemFileEntry).file(done, () => {
          done(null);
        });
      });
      yield { path, size: file?.size ?? 0, text: () => (file === null ? Promise.reject(new Error("unreadable")) : file.text()) };
    }
  }
}

/** A folder hands out its entries in portions, an empty one last. */
async function children(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  while (all.length < ENTRIES) {
    const portion = await new Promise<FileSystemEntry[]>((done) => {
      reader.readEntries(done, () => {
        done([]);
      });
    });
    if (portion.length === 0) break;
    all.push(...portion);
  }
  return all;
}

/** Of a folder that the browser lets this page read (File System Access). */
export async function* granted(folder: FileSystemDirectoryHandle, path = `${folder.name}/`, depth = 0): AsyncIterable<FileCandidate> {
  for await (const entry of (folder as unknown as { values(): AsyncIterable<FileSystemDirectoryHandle | FileSystemFileHandle> }).values()) {
    if (IGNORED.test(entry.name)) continue;
    if (entry.kind === "directory") {
      if (depth < DEPTH) yield* granted(entry, `${path}${entry.name}/`, depth + 1);
    } else if (TEXT.test(entry.name)) yield await leaf(entry, path);
  }
}

async function leaf(handle: FileSystemFileHandle, folder: string): Promise<FileCandidate> {
  const file = await handle.getFile();
  return { path: `${folder}${handle.name}`, size: file.size, text: () => file.text() };
}

/** A workspace as it was given: a name, and its files relative to its folder. */
export interface WorkspaceFiles {
  readonly title: string;
  readonly files: readonly SourceFile[];
}

export interface AssembledWorkspace extends WorkspaceFiles {
  /** Other workspaces that were found beside it, by their folders. */
  readonly beside: readonly string[];
}

const INDEX = /^(?:events|nodes)-index\.yaml$/;
const GRAPH = /^(.*?)graphs\/[^/]+\.json$/;

/** A folder with `graphs/` in it stands for itself; anything else is added to what was open. Null
 * if nothing can be made of it.
 */
export function assembleWorkspace(given: readonly SourceFile[], before: WorkspaceFiles | null): AssembledWorkspace | null {
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

/** The place of a file that came without its workspace: by its folder if that has a telling name,
 * else by its content.
 */
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
