/** Retention of traces: bounds, eviction, forgetting, and following. */
import { moveStanding, type Trace, type Traces } from "./model.ts";

// Eviction: the quietest traces lose their visits first, then are forgotten; followed ones stay.
// Counts always stay.

/** Share of a trace's visits dropped at once if it has too many, so that the work is rare. */
const SHED_SHARE = 4;

/** Puts a trace with visits into its list, as the most recently active one. */
export function markActive(traces: Traces, trace: Trace): void {
  traces.live.delete(trace);
  traces.stubs.delete(trace);
  if (trace.followedCount > 0) {
    traces.followedTraces.add(trace);
    return;
  }
  traces.followedTraces.delete(trace);
  traces.live.add(trace);
}

/** Removes a trace from all lists; the caller removes its tokens. */
export function remove(traces: Traces, trace: Trace): void {
  traces.live.delete(trace);
  traces.stubs.delete(trace);
  traces.followedTraces.delete(trace);
}

/** Evicts until every bound holds. */
export function evict(traces: Traces): void {
  const { bounds } = traces;
  while (traces.live.size + traces.followedTraces.size > bounds.traces || traces.visitCount > bounds.marks) {
    const quiet = traces.live.values().next().value;
    if (quiet === undefined) break;
    toStub(traces, quiet);
  }
  while (traces.stubs.size > bounds.stubs) {
    const oldest = traces.stubs.values().next().value;
    if (oldest === undefined) break;
    if (oldest.events > 0) traces.total.forgotten += 1;
    forgetTrace(traces, oldest);
  }
}

/** Drops visits of a trace that has too many: the oldest unmapped ones if they are the majority,
 * else the oldest.
 */
export function trim(traces: Traces, trace: Trace): void {
  const limit = traces.bounds.steps;
  if (trace.visits.length <= limit) return;
  const least = trace.visits.length - limit + Math.floor(limit / SHED_SHARE);
  const unmapped = trace.visits.reduce((sum, visit) => sum + (visit.lit.length === 0 ? 1 : 0), 0);
  if (unmapped < Math.max(least, trace.visits.length / 2)) {
    settleVisits(traces, trace, least);
    return;
  }
  let left = least;
  trace.visits = trace.visits.filter((visit) => visit.lit.length > 0 || (left -= 1) < 0);
  trace.dropped += least;
  traces.visitCount -= least;
}

/** Drops a trace's first `many` visits (all, if negative): what they counted for stays, and nothing
 * can be placed before them any more.
 */
export function settleVisits(traces: Traces, trace: Trace, many: number): void {
  const gone = trace.visits.splice(0, many < 0 ? trace.visits.length : many);
  const last = gone.at(-1);
  if (last === undefined) return;
  trace.base = last.after;
  trace.horizon = last.at;
  trace.dropped += gone.length;
  traces.visitCount -= gone.length;
  forgetJumps(traces, trace);
}

/** Revives a stub: it gets visits again. */
export function revive(traces: Traces, trace: Trace): void {
  trace.tally = new Map(trace.keys.map((key) => [key, 1]));
  trace.keys = [];
  markActive(traces, trace);
}

/** Forgets a trace with its tokens. What it counted for stays, its standing too. */
export function forgetTrace(traces: Traces, trace: Trace): void {
  traces.visitCount -= trace.visits.length;
  trace.visits = [];
  trace.keys = [];
  trace.links = [];
  remove(traces, trace);
  for (const identifier of trace.tokens) {
    if (traces.tokens.get(identifier.token) === identifier) traces.tokens.delete(identifier.token);
    identifier.apart = null;
  }
}

/** Forgets people on their request: their traces and the joins that name them go, counts stay. */
export function forgetTraces(traces: Traces, tokens: readonly string[]): void {
  for (const token of tokens) {
    const trace = traces.tokens.get(token)?.trace;
    traces.followed.delete(token);
    if (trace === undefined) continue;
    for (const identifier of trace.tokens) traces.followed.delete(identifier.token);
    for (const [id, join] of traces.joins) if (trace.tokens.includes(join.a) || trace.tokens.includes(join.b)) traces.joins.delete(id);
    moveStanding(traces.counts, trace.cursor.head, -1);
    forgetTrace(traces, trace);
  }
}

function toStub(traces: Traces, trace: Trace): void {
  settleVisits(traces, trace, -1);
  trace.keys = [...trace.tally?.keys() ?? []];
  trace.tally = null;
  traces.live.delete(trace);
  traces.stubs.add(trace);
  traces.total.evicted += 1;
}

/** Removes tallies of jumps that the table has evicted. */
function forgetJumps(traces: Traces, trace: Trace): void {
  const first = traces.counts.nodes + traces.counts.edges;
  for (const key of trace.tally?.keys() ?? []) if (key >= first && !traces.jumps.byId.has(key - first)) trace.tally?.delete(key);
}

// Following: a followed trace is never evicted, its steps are marked, and it has a hue.

const HUES = 6;

/** Follows the trace of a token, even before its first event. The hue (0 to 5) is the least used;
 * null if too many are followed.
 */
export function follow(traces: Traces, token: string): number | null {
  const known = traces.followed.get(token);
  if (known !== undefined) return known;
  if (traces.followed.size >= traces.bounds.followed) return null;
  const hue = freeHue(traces);
  traces.followed.set(token, hue);
  const trace = traces.tokens.get(token)?.trace;
  if (trace === undefined) return hue;
  trace.followedCount += 1;
  if (trace.tally === null) revive(traces, trace);
  else markActive(traces, trace);
  return hue;
}

/** Unfollows a token: its trace may be evicted again. Unknown tokens are ignored. */
export function unfollow(traces: Traces, token: string): void {
  if (!traces.followed.delete(token)) return;
  const trace = traces.tokens.get(token)?.trace;
  if (trace === undefined) return;
  trace.followedCount -= 1;
  markActive(traces, trace);
}

function freeHue(traces: Traces): number {
  const used = new Array<number>(HUES).fill(0);
  for (const hue of traces.followed.values()) used[hue] = (used[hue] ?? 0) + 1;
  return used.indexOf(Math.min(...used));
}
