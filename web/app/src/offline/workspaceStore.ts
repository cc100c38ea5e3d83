/** Keeps the opened workspace in IndexedDB, so that a reload shows it again. */
import { DATABASE } from "../store/browserStorage.ts";
import type { WorkspaceFiles } from "./files.ts";

/** What was opened: files, or a share link. */
export type StoredWorkspace = { readonly kind: "files"; readonly given: WorkspaceFiles } | { readonly kind: "link"; readonly link: string };

export interface WorkspaceStore {
  save(kept: StoredWorkspace): Promise<void>;
  load(): Promise<StoredWorkspace | null>;
  clear(): Promise<void>;
}

const STORE_NAME = "opened";
const STORE_KEY = "last";

/** A store in IndexedDB. If there is no IndexedDB, or the browser forbids it, nothing is kept and
 * nothing fails. `factory` is called each time.
 */
export function openWorkspaceStore(factory: () => IDBFactory | undefined): WorkspaceStore {
  const run = async <T>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | null> => {
    try {
      const base = await open(factory());
      try {
        const transaction = base.transaction(STORE_NAME, mode);
        const [value] = await Promise.all([answered(ask(transaction.objectStore(STORE_NAME))), completed(transaction)]);
        return value;
      } finally {
        base.close();
      }
    } catch {
      return null;
    }
  };
  return {
    save: async (kept) => {
      await run("readwrite", (store) => store.put(kept, STORE_KEY));
    },
    load: async () => parseStored(await run<unknown>("readonly", (store) => store.get(STORE_KEY))),
    clear: async () => {
      await run("readwrite", (store) => store.delete(STORE_KEY));
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

function open(factory: IDBFactory | undefined): Promise<IDBDatabase> {
  if (factory === undefined) return Promise.reject(new Error("no IndexedDB"));
  const request = factory.open(DATABASE, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(STORE_NAME);
  };
  return answered(request);
}

/** A write stands when its transaction has ended, which is after its request was answered. */
function completed(transaction: IDBTransaction): Promise<void> {
  return new Promise((done, fail) => {
    transaction.oncomplete = () => {
      done();
    };
    transaction.onabort = () => {
      fail(transaction.error ?? new Error("IndexedDB refused"));
    };
  });
}

function answered<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((done, fail) => {
    request.onsuccess = () => {
      done(request.result);
    };
    request.onerror = () => {
      fail(request.error ?? new Error("IndexedDB refused"));
    };
  });
}
