/** What this page may keep in the browser. From disk nothing, until it is asked to: every HTML file there has the same origin, and reads it. */
import type { TabShelf } from "./keep.ts";

/** The IndexedDB database of what was opened. */
export const DATABASE = "dagnet-realtime";
/** Holds "yes" while a page from disk may keep things. */
const ASKED = "dagnet-realtime-keep";
/** How all our names in storage begin. */
const OURS = "dagnet-realtime";

/** The browser's storage; null if it is forbidden. */
export interface Storages {
  readonly lasting: Storage | null;
  readonly ofTab: Storage | null;
  readonly databases: IDBFactory | null;
}

export class Keeping {
  /** Read as empty, and written to without effect, while nothing may be kept. */
  readonly lasting: TabShelf | null;
  readonly ofTab: TabShelf | null;

  constructor(
    private readonly disk: boolean,
    private readonly storages: Storages,
  ) {
    this.lasting = this.#guarded(storages.lasting);
    this.ofTab = this.#guarded(storages.ofTab);
    // What a version before kept without being asked.
    if (this.asked === false) void this.#remove();
  }

  /** Null for a page of the web, which need not be asked. What is taken back in one tab holds in all. */
  get asked(): boolean | null {
    return this.disk ? read(this.storages.lasting, ASKED) === "yes" : null;
  }

  get databases(): IDBFactory | undefined {
    return this.asked === false ? undefined : (this.storages.databases ?? undefined);
  }

  begin(): void {
    try {
      this.storages.lasting?.setItem(ASKED, "yes");
    } catch {
      // A full or forbidden storage keeps nothing, and `asked` says so.
    }
  }

  /** Forgets everything, and keeps nothing from now on; resolved when the database is gone, or when another tab that reads it delays that. */
  end(): Promise<void> {
    return this.#remove();
  }

  #guarded(storage: Storage | null): TabShelf | null {
    if (storage === null) return null;
    return {
      getItem: (key) => (this.asked === false ? null : storage.getItem(key)),
      setItem: (key, value) => { if (this.asked !== false) storage.setItem(key, value); },
      removeItem: (key) => { storage.removeItem(key); },
    };
  }

  async #remove(): Promise<void> {
    for (const storage of [this.storages.lasting, this.storages.ofTab]) {
      const names = Array.from({ length: storage?.length ?? 0 }, (_, index) => storage?.key(index) ?? "");
      for (const name of names) if (name.startsWith(OURS)) storage?.removeItem(name);
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

function read(storage: Storage | null, key: string): string | null {
  try {
    return storage?.getItem(key) ?? null;
  } catch {
    return null;
  }
}
