/** The one store of this page in IndexedDB: values by key. */
import { DATABASE } from "./browserStorage.ts";

const STORE_NAME = "opened";

/** What may be done within one transaction. */
export interface Keys {
  get(key: string): Promise<unknown>;
  put(key: string, value: unknown): Promise<unknown>;
  delete(key: string): Promise<unknown>;
}

/** Runs `work` in one transaction; resolves once that stands. Null if there is no IndexedDB, or the
 * browser refuses: then nothing is kept.
 */
export async function transact<T>(factory: IDBFactory | undefined, mode: IDBTransactionMode, work: (keys: Keys) => Promise<T>): Promise<T | null> {
  try {
    const base = await open(factory);
    try {
      const transaction = base.transaction(STORE_NAME, mode);
      const store = transaction.objectStore(STORE_NAME);
      // A write stands when its transaction has ended, which is after its request was answered.
      const completed = new Promise<void>((done, fail) => {
        transaction.oncomplete = () => { done(); };
        transaction.onabort = () => { fail(transaction.error ?? new Error("IndexedDB refused")); };
      });
      completed.catch(() => undefined);
      const value = await work({
        get: (key) => answered(store.get(key)),
        put: (key, one) => answered(store.put(one, key)),
        delete: (key) => answered(store.delete(key)),
      });
      await completed;
      return value;
    } finally {
      base.close();
    }
  } catch {
    return null;
  }
}

function open(factory: IDBFactory | undefined): Promise<IDBDatabase> {
  if (factory === undefined) return Promise.reject(new Error("no IndexedDB"));
  const request = factory.open(DATABASE, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(STORE_NAME);
  };
  return answered(request);
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
