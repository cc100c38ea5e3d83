/** Which traces are followed: by the viewer, and as this browser's own at the server. */
import { rowAt } from "@dagnet-realtime/engine/eventBuffer";
import { LOCAL, REMOTE } from "@dagnet-realtime/engine/dedupe";
import type { State } from "@dagnet-realtime/engine/state";
import { LOCAL_TOKEN } from "@dagnet-realtime/tap/pseudonyms";

/** Tokens asked for at once: a session may follow 20, and the viewer wants most of them. */
const MOST = 6;
/** The last rows looked through. */
const ROWS = 500;

/** The remote tokens of this browser's last events, newest first. */
export function ownTokens({ accumulation: { events: ring } }: State): readonly string[] {
  const found = new Set<string>();
  for (let number = ring.end - 1; number >= Math.max(ring.start, ring.end - ROWS) && found.size < MOST; number--) {
    const row = rowAt(ring, number);
    if (!row || (row.lanes & LOCAL) === 0 || (row.lanes & REMOTE) === 0) continue;
    for (const { token } of row.traces) if (!token.startsWith(LOCAL_TOKEN) && found.size < MOST) found.add(token);
  }
  return [...found];
}

/** What the server is to follow: the viewer's traces, and this browser's own, so that they are
 * never thinned.
 */
export function followedAndOwn(state: State): readonly string[] {
  return [...new Set([...state.follows, ...ownTokens(state)])];
}

/** The followed token of the trace that `token` belongs to; null if that trace is not followed. */
export function followedAs(state: State, token: string): string | null {
  if (state.follows.includes(token)) return token;
  const trace = state.accumulation.traces?.tokens.get(token)?.trace;
  return trace?.tokens.find((one) => state.follows.includes(one.token))?.token ?? null;
}
