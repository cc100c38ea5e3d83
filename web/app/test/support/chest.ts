/** As much of the browser's storage as the page needs, in memory: of IndexedDB one store. */

function answer<T>(result: T): IDBRequest<T> {
  const request = { result, onsuccess: null as (() => void) | null, onerror: null, onupgradeneeded: null as (() => void) | null };
  queueMicrotask(() => {
    request.onupgradeneeded?.();
    request.onsuccess?.();
  });
  return request as unknown as IDBRequest<T>;
}

export function memoryFactory(held = new Map<string, unknown>()): IDBFactory {
  const store = { put: (value: unknown, key: string) => answer(held.set(key, structuredClone(value))), get: (key: string) => answer(held.get(key)), delete: (key: string) => answer(held.delete(key)) };
  const base = { createObjectStore: () => store, transaction: () => transaction(), close: () => undefined };
  /** Complete after its request was answered. */
  const transaction = () => {
    const one = { objectStore: () => store, oncomplete: null as (() => void) | null, onabort: null };
    queueMicrotask(() => {
      queueMicrotask(() => one.oncomplete?.());
    });
    return one;
  };
  return { open: () => answer(base), deleteDatabase: () => {
      held.clear();
      return answer(undefined);
    } } as unknown as IDBFactory;
}

/** `localStorage` or `sessionStorage`, in memory. */
export function memoryStorage(held = new Map<string, string>()): Storage {
  return {
    get length() { return held.size; },
    key: (index: number) => [...held.keys()][index] ?? null,
    getItem: (key: string) => held.get(key) ?? null,
    setItem: (key: string, value: string) => { held.set(key, value); },
    removeItem: (key: string) => { held.delete(key); },
    clear: () => { held.clear(); },
  };
}
