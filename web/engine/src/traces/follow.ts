/** Following: a followed trace is never evicted, its steps are marked, and it has a hue. */
import { keepIn, revive } from "./evict.ts";
import type { Traces } from "./types.ts";

const HUES = 6;

/** Follows the trace of a token, also of one not seen yet. The hue (0 to 5) is the least used; null where too many are followed. */
export function follow(traces: Traces, token: string): number | null {
  const known = traces.held.get(token);
  if (known !== undefined) return known;
  if (traces.held.size >= traces.bounds.followed) return null;
  const hue = freeHue(traces);
  traces.held.set(token, hue);
  const trace = traces.tokens.get(token)?.trace;
  if (trace === undefined) return hue;
  trace.held += 1;
  if (trace.tally === null) revive(traces, trace);
  else keepIn(traces, trace);
  return hue;
}

/** Lets a followed trace be evicted again; unknown tokens are no matter. */
export function unfollow(traces: Traces, token: string): void {
  if (!traces.held.delete(token)) return;
  const trace = traces.tokens.get(token)?.trace;
  if (trace === undefined) return;
  trace.held -= 1;
  keepIn(traces, trace);
}

function freeHue(traces: Traces): number {
  const used = new Array<number>(HUES).fill(0);
  for (const hue of traces.held.values()) used[hue] = (used[hue] ?? 0) + 1;
  return used.indexOf(Math.min(...used));
}
