/** Reads the files that somebody drops or picks, whole folders too, within bounds; what was left out is said. */
import type { SourceFile } from "../graphs/workspace.ts";

/** What was read, and a sentence for each thing that was not. */
export interface Gathered {
  readonly files: readonly SourceFile[];
  readonly left: readonly string[];
}

/** Something that may be a file of a workspace. `path` has forward slashes, and begins with the folder that was given. */
export interface Candidate {
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
const PASSED_OVER = /^(?:\..*|node_modules|parameters|snapshots|dist)$/;
const MEGABYTE = 1024 * 1024;

/** Reads the candidates that a workspace may be made of. */
export async function read(candidates: AsyncIterable<Candidate> | Iterable<Candidate>): Promise<Gathered> {
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
export function* picked(list: Iterable<File>): Iterable<Candidate> {
  for (const file of list) {
    const path = file.webkitRelativePath || file.name;
    if (!path.split("/").some((part) => PASSED_OVER.test(part))) yield { path, size: file.size, text: () => file.text() };
  }
}

/** As much of a dropped thing as is asked for. */
type Dropped = Pick<DataTransferItem, "kind" | "webkitGetAsEntry"> & { getAsFileSystemHandle?(): Promise<FileSystemHandle | null> };

/** Of a drop. Everything must be asked for before the drop's event ends, so this is to be called in its listener. */
export function dropped(items: Iterable<Dropped>): AsyncIterable<Candidate> {
  const files = [...items].filter(({ kind }) => kind === "file");
  return opened(files.map((item) => ({ entry: item.webkitGetAsEntry(), handle: item.getAsFileSystemHandle?.().catch(() => null) ?? null })));
}

/** By handle where there is one: on a page from disk Chromium reads no dropped entry. */
async function* opened(things: readonly { entry: FileSystemEntry | null; handle: Promise<FileSystemHandle | null> | null }[]): AsyncIterable<Candidate> {
  for (const { entry, handle } of things) {
    const found = await handle;
    if (found?.kind === "directory") yield* granted(found as FileSystemDirectoryHandle);
    else if (found) yield await leaf(found as FileSystemFileHandle, "");
    else if (entry) yield* walk([entry], "", 0);
  }
}

async function* walk(entries: readonly FileSystemEntry[], folder: string, depth: number): AsyncIterable<Candidate> {
  for (const entry of entries) {
    const path = `${folder}${entry.name}`;
    if (PASSED_OVER.test(entry.name)) continue;
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
export async function* granted(folder: FileSystemDirectoryHandle, path = `${folder.name}/`, depth = 0): AsyncIterable<Candidate> {
  for await (const entry of (folder as unknown as { values(): AsyncIterable<FileSystemDirectoryHandle | FileSystemFileHandle> }).values()) {
    if (PASSED_OVER.test(entry.name)) continue;
    if (entry.kind === "directory") {
      if (depth < DEPTH) yield* granted(entry, `${path}${entry.name}/`, depth + 1);
    } else if (TEXT.test(entry.name)) yield await leaf(entry, path);
  }
}

async function leaf(handle: FileSystemFileHandle, folder: string): Promise<Candidate> {
  const file = await handle.getFile();
  return { path: `${folder}${handle.name}`, size: file.size, text: () => file.text() };
}
