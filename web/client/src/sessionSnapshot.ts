/** A session kept over a reload: what one tab saves, and for how long it is valid. */
import { readLog } from "@dagnet-realtime/engine/logSnapshot";
import { type LogWriter, restore, snapshot } from "@dagnet-realtime/engine/snapshot";
import type { State } from "@dagnet-realtime/engine/state";
import type { GraphRef } from "./api.ts";

const SESSION_KEY = "dagnet-realtime-session";
/** Browsers give a tab about five million characters. */
const MOST_BYTES = 1_800_000;
/** The lease of a session whose tab is away. */
const LEASE_MS = 5 * 60_000;

/** What is asked of `localStorage`; it may refuse, and then nothing is kept. */
export type KeyValueStorage = Pick<Storage, "getItem" | "setItem">;

/** What is asked of `sessionStorage`. */
export type TabStorage = KeyValueStorage & Pick<Storage, "removeItem">;

/** A session that a tab had before its reload. */
export interface SavedSession {
  readonly session: string;
  readonly place: GraphRef;
  readonly state: State;
}

/** Writes what the tab needs to go on; a shelf that is full or forbidden keeps nothing. `writeLog`
 * has the session log keep its times.
 */
export function saveSession(shelf: TabStorage | null, session: string, place: GraphRef, state: State, at: number, writeLog?: LogWriter): void {
  try {
    shelf?.setItem(SESSION_KEY, JSON.stringify({ session, place, at, state: snapshot(state, MOST_BYTES, writeLog) }));
  } catch {
    shelf?.removeItem(SESSION_KEY);
  }
}

/** Takes the kept session out of the tab's storage, so that a duplicated tab does not find it too;
 * null if there is none or its lease has run out.
 */
export function restoreSession(shelf: TabStorage | null, now: number): SavedSession | null {
  try {
    const text = shelf?.getItem(SESSION_KEY) ?? null;
    shelf?.removeItem(SESSION_KEY);
    if (text === null) return null;
    const read = JSON.parse(text) as { session: string; place: GraphRef; at: number; state: string };
    if (now - read.at > LEASE_MS || now < read.at) return null;
    const state = restore(read.state, {}, readLog);
    return state === null ? null : { session: read.session, place: read.place, state };
  } catch {
    return null;
  }
}
