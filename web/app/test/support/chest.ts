/** As much of IndexedDB as the chest needs: one store, in memory. */

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
  return { open: () => answer(base) } as unknown as IDBFactory;
}
