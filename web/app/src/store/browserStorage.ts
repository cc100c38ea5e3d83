/** The browser's storage, guarded: a page from disk keeps nothing until it is allowed to, since
 * every HTML file there shares its origin.
 */
import type { TabStorage } from "@dagnet-realtime/client/sessionSnapshot";

/** The IndexedDB database of what was opened. */
export const DATABASE = "dagnet-realtime";
/** Holds "yes" while a page from disk may keep things. */
const ALLOWED_KEY = "dagnet-realtime-keep";
/** How all our names in storage begin. */
const PREFIX = "dagnet-realtime";

/** The browser's storage; null if it is forbidden. */
export interface Storages {
  readonly lasting: Storage | null;
  readonly ofTab: Storage | null;
  readonly databases: IDBFactory | null;
}

export class BrowserStorage {
  /** Read as empty, and written to without effect, while nothing may be kept. */
  readonly lasting: TabStorage | null;
  readonly ofTab: TabStorage | null;

  constructor(
    private readonly disk: boolean,
    private readonly storages: Storages,
  ) {
    this.lasting = this.#guarded(storages.lasting);
    this.ofTab = this.#guarded(storages.ofTab);
    // What a version before kept without being asked.
    if (this.allowed === false) void this.#remove();
  }

  /** Null for a page of the web, which need not ask. A permission withdrawn in one tab is withdrawn
   * in all.
   */
  get allowed(): boolean | null {
    return this.disk ? readItem(this.storages.lasting, ALLOWED_KEY) === "yes" : null;
  }

  get databases(): IDBFactory | undefined {
    return this.allowed === false ? undefined : (this.storages.databases ?? undefined);
  }

  allow(): void {
    try {
      this.storages.lasting?.setItem(ALLOWED_KEY, "yes");
    } catch {
      // A full or forbidden storage keeps nothing, and `asked` says so.
    }
  }

  /** Forgets everything, and keeps nothing from now on; resolved when the database is gone, or when
   * another tab that reads it delays that.
   */
  forbid(): Promise<void> {
    return this.#remove();
  }

  #guarded(storage: Storage | null): TabStorage | null {
    if (storage === null) return null;
    return {
      getItem: (key) => (this.allowed === false ? null : storage.getItem(key)),
      setItem: (key, value) => { if (this.allowed !== false) storage.setItem(key, value); },
      removeItem: (key) => { storage.removeItem(key); },
    };
  }

  async #remove(): Promise<void> {
    for (const storage of [this.storages.lasting, this.storages.ofTab]) {
      const names = Array.from({ length: storage?.length ?? 0 }, (_, index) => storage?.key(index) ?? "");
      for (const name of names) if (name.startsWith(PREFIX)) storage?.removeItem(name);
    }
    try {
      const request = this.storages.databases?.deleteDatabase(DATABASE);
      if (request === undefined) return;
      await new Promise<unknown>((done) => {
        request.onsuccess = request.onerror = request.onblocked = done;
      });
    } catch {
      // A forbidden database holds nothing.
    }
  }
}

function readItem(storage: Storage | null, key: string): string | null {
  try {
    return storage?.getItem(key) ?? null;
  } catch {
    return null;
  }
}
