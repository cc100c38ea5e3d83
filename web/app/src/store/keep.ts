/** A reload within the session's lease goes on where it was: what one tab keeps of its session, and for how long. */
import { restore, snapshot } from "@dagnet-realtime/engine/snapshot";
import type { State } from "@dagnet-realtime/engine/state";
import type { Place } from "../lanes/api.ts";
import type { Shelf } from "./remember.ts";

const KEY = "dagnet-realtime-session";
/** Browsers give a tab about five million characters. */
const MOST_BYTES = 1_500_000;
/** The lease of a session whose tab is away. */
const LEASE_MS = 5 * 60_000;

/** What is asked of `sessionStorage`. */
export type TabShelf = Shelf & Pick<Storage, "removeItem">;

export interface KeptSession {
  readonly session: string;
  readonly place: Place;
  readonly state: State;
}

/** Writes what the tab needs to go on; a shelf that is full or forbidden keeps nothing. */
export function keep(shelf: TabShelf | null, session: string, place: Place, state: State, at: number): void {
  try {
    shelf?.setItem(KEY, JSON.stringify({ session, place, at, state: snapshot(state, MOST_BYTES) }));
  } catch {
    shelf?.removeItem(KEY);
  }
}

/** Takes the kept session off the shelf (a duplicated tab must not find it too); null where there is none or its lease has run out. */
export function take(shelf: TabShelf | null, now: number): KeptSession | null {
  try {
    const text = shelf?.getItem(KEY) ?? null;
    shelf?.removeItem(KEY);
    if (text === null) return null;
    const read = JSON.parse(text) as { session: string; place: Place; at: number; state: string };
    if (now - read.at > LEASE_MS || now < read.at) return null;
    const state = restore(read.state);
    return state === null ? null : { session: read.session, place: read.place, state };
  } catch {
    return null;
  }
}
