/** Keeps the opened workspace in this browser, so that a reload shows it again. */
import { DATABASE } from "../store/keeping.ts";
import type { Given } from "./settle.ts";

/** What was opened: files, or a share link. */
export type Kept = { readonly kind: "files"; readonly given: Given } | { readonly kind: "link"; readonly link: string };

export interface Chest {
  put(kept: Kept): Promise<void>;
  take(): Promise<Kept | null>;
  clear(): Promise<void>;
}

const STORE = "opened";
const KEY = "last";

/** A chest in IndexedDB; where there is none, or the browser forbids it, nothing is kept and nothing fails. `factory` is asked each time. */
export function chest(factory: () => IDBFactory | undefined): Chest {
  const run = async <T>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | null> => {
    try {
      const base = await open(factory());
      try {
        const transaction = base.transaction(STORE, mode);
        const [value] = await Promise.all([answered(ask(transaction.objectStore(STORE))), completed(transaction)]);
        return value;
      } finally {
        base.close();
      }
    } catch {
      return null;
    }
  };
  return {
    put: async (kept) => {
      await run("readwrite", (store) => store.put(kept, KEY));
    },
    take: async () => readKept(await run<unknown>("readonly", (store) => store.get(KEY))),
    clear: async () => {
      await run("readwrite", (store) => store.delete(KEY));
    },
  };
}

/** What was kept, null where it is of another shape. */
export function readKept(value: unknown): Kept | null {
  if (typeof value !== "object" || value === null || !("kind" in value)) return null;
  if (value.kind === "link" && "link" in value && typeof value.link === "string") return { kind: "link", link: value.link };
  if (value.kind !== "files" || !("given" in value)) return null;
  const given = value.given as Partial<Given> | null;
  const whole = typeof given?.title === "string" && Array.isArray(given.files) && given.files.every((one: unknown) => isFile(one));
  return whole ? { kind: "files", given: given as Given } : null;
}

function isFile(one: unknown): boolean {
  return typeof one === "object" && one !== null && "path" in one && typeof one.path === "string" && "text" in one && typeof one.text === "string";
}

function open(factory: IDBFactory | undefined): Promise<IDBDatabase> {
  if (factory === undefined) return Promise.reject(new Error("no IndexedDB"));
  const request = factory.open(DATABASE, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(STORE);
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
