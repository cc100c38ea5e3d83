/** Keeps the opened workspace in IndexedDB, so that a reload shows it again. */
import { transact } from "../store/database.ts";
import type { WorkspaceFiles } from "./files.ts";

/** What was opened: files, or a share link. */
export type StoredWorkspace = { readonly kind: "files"; readonly given: WorkspaceFiles } | { readonly kind: "link"; readonly link: string };

export interface WorkspaceStore {
  save(kept: StoredWorkspace): Promise<void>;
  load(): Promise<StoredWorkspace | null>;
  clear(): Promise<void>;
}

const STORE_KEY = "last";

/** A store in IndexedDB. If there is no IndexedDB, or the browser forbids it, nothing is kept and
 * nothing fails. `factory` is called each time.
 */
export function openWorkspaceStore(factory: () => IDBFactory | undefined): WorkspaceStore {
  return {
    save: async (kept) => {
      await transact(factory(), "readwrite", (keys) => keys.put(STORE_KEY, kept));
    },
    load: async () => parseStored(await transact(factory(), "readonly", (keys) => keys.get(STORE_KEY))),
    clear: async () => {
      await transact(factory(), "readwrite", (keys) => keys.delete(STORE_KEY));
    },
  };
}

/** The stored workspace; null if it is of another shape. */
export function parseStored(value: unknown): StoredWorkspace | null {
  if (typeof value !== "object" || value === null || !("kind" in value)) return null;
  if (value.kind === "link" && "link" in value && typeof value.link === "string") return { kind: "link", link: value.link };
  if (value.kind !== "files" || !("given" in value)) return null;
  const given = value.given as Partial<WorkspaceFiles> | null;
  const whole = typeof given?.title === "string" && Array.isArray(given.files) && given.files.every((one: unknown) => isFile(one));
  return whole ? { kind: "files", given: given as WorkspaceFiles } : null;
}

function isFile(one: unknown): boolean {
  return typeof one === "object" && one !== null && "path" in one && typeof one.path === "string" && "text" in one && typeof one.text === "string";
}
