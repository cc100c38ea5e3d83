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
  const base = { createObjectStore: () => store, transaction: () => ({ objectStore: () => store }), close: () => undefined };
  return { open: () => answer(base), deleteDatabase: () => { held.clear(); } } as unknown as IDBFactory;
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
