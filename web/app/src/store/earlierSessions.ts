/** Earlier sessions: logs of the last ones that were watched, kept in this browser if the server
 * allows it.
 */
import type { WorkspaceSummary } from "@dagnet-realtime/client/api";
import { type Keys, transact } from "./database.ts";

const INDEX_KEY = "sessions";
const logKey = (id: string): string => `session ${id}`;

export const MOST_SESSIONS = 5;
/** Characters of all logs together; nearly all are one byte. */
export const MOST_BYTES = 50 * 1024 * 1024;
export const KEPT_MS = 7 * 24 * 3600_000;
const ROLES = ["watch", "follow", "identities", "administer"];

/** One session that is kept. `since` and `until` are milliseconds since 1970; `undeleted` is the
 * workspace's `earlier_since` when its log was known to hold no deleted person.
 */
export interface EarlierSession {
  readonly id: string;
  readonly person: string;
  readonly workspace: string;
  readonly env: string;
  readonly graph: string;
  readonly title: string;
  readonly role: string;
  readonly undeleted: string;
  readonly since: number;
  readonly until: number;
  readonly events: number;
  readonly bytes: number;
  readonly savedAt: number;
}

/** Who looks, and what they may watch as the server says now. */
export interface Viewer {
  readonly person: string;
  readonly workspaces: readonly WorkspaceSummary[];
}

/** Whether a session may still be kept: not too old, the person's own, with the role of then, and
 * no person was deleted since. Null if the server did not say.
 */
export function mayKeep(one: EarlierSession, { person, workspaces }: Viewer, now: number): boolean | null {
  if (now - one.savedAt > KEPT_MS || one.person !== person) return false;
  const there = workspaces.find(({ id, env }) => id === one.workspace && env === one.env);
  if (there === undefined || ROLES.indexOf(there.role ?? "") < ROLES.indexOf(one.role)) return false;
  return there.earlier_since === undefined ? null : there.earlier_since === one.undeleted;
}

/** Keeps sessions; every method is done when the browser has done so, in the order of the calls. */
export class EarlierSessions {
  #queue: Promise<unknown> = Promise.resolve();
  /** Why the last session that was to be kept is not: the browser refuses or has no room for it, or
   * it is larger than all may be together; "" if all is well.
   */
  problem: "" | "refused" | "large" = "";

  constructor(private readonly factory: () => IDBFactory | undefined) {}

  /** Keeps a session and its log, in place of what was kept of it; the oldest make room. */
  async save(one: EarlierSession, log: string): Promise<void> {
    const done = await this.#run(async (keys) => {
      const others = (await index(keys)).filter(({ id }) => id !== one.id).sort((a, b) => b.savedAt - a.savedAt);
      // One that is larger than all may be is not kept, and takes no other's place.
      const fits = one.bytes <= MOST_BYTES;
      const kept = fits ? [one] : [];
      let bytes = fits ? one.bytes : 0;
      for (const other of others) {
        bytes += other.bytes;
        if (kept.length < MOST_SESSIONS && bytes <= MOST_BYTES) kept.push(other);
        else await keys.delete(logKey(other.id));
      }
      if (fits) await keys.put(logKey(one.id), log);
      else await keys.delete(logKey(one.id));
      await keys.put(INDEX_KEY, kept);
      return fits;
    });
    this.problem = done === null ? "refused" : done ? "" : "large";
  }

  /** The sessions that may be shown, the latest first; those that may not be kept are deleted. */
  async list(viewer: Viewer, now: number): Promise<readonly EarlierSession[]> {
    const all = await this.#run(async (keys) => {
      const found = await index(keys);
      const gone = found.filter((one) => mayKeep(one, viewer, now) === false);
      for (const { id } of gone) await keys.delete(logKey(id));
      if (gone.length > 0) await keys.put(INDEX_KEY, found.filter((one) => !gone.includes(one)));
      return found.filter((one) => mayKeep(one, viewer, now) === true);
    });
    if (all === null) this.problem = "refused";
    return [...(all ?? [])].sort((a, b) => b.until - a.until);
  }

  /** The log of a session; null if it is not kept any more. */
  async read(id: string): Promise<string | null> {
    const text = await this.#run((keys) => keys.get(logKey(id)));
    return typeof text === "string" ? text : null;
  }

  /** Deletes those that `which` names. */
  async remove(which: (one: EarlierSession) => boolean): Promise<void> {
    await this.#run(async (keys) => {
      const found = await index(keys);
      for (const one of found) if (which(one)) await keys.delete(logKey(one.id));
      await keys.put(INDEX_KEY, found.filter((one) => !which(one)));
    });
  }

  #run<T>(work: (keys: Keys) => Promise<T>): Promise<T | null> {
    const next = this.#queue.then(() => transact(this.factory(), "readwrite", work));
    this.#queue = next;
    return next;
  }
}

/** What keeps the session that is watched. */
export interface KeptSessions {
  readonly sessions: EarlierSessions;
  /** The sessions to show, without those that any tab watches now. */
  list(): Promise<readonly EarlierSession[]>;
  /** A person of the shown workspace was deleted: what was kept of it may hold them. Resolves with
   * since when no one was, once what was deleted before has been heard; "" if that is not known, as
   * after a gap.
   */
  forget(): Promise<string>;
  /** Deletes everything, and keeps nothing of the session that is on. */
  wipe(): Promise<void>;
}

async function index(keys: Keys): Promise<readonly EarlierSession[]> {
  const found = await keys.get(INDEX_KEY);
  return Array.isArray(found) ? (found as readonly EarlierSession[]) : [];
}
