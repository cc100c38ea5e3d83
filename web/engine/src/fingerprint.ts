/** Fingerprints of a state and of its traces: equal for equal contents (TRC-20). */
import { rowsOf } from "./eventBuffer.ts";
import { createHash, digest, mix } from "./digest.ts";
import type { Accumulation, State } from "./state.ts";
import type { DurationHistogram } from "./traces/durationHistogram.ts";
import type { Trace, Traces } from "./traces/model.ts";

// What two states must agree in to be the same: everything that can be shown, nothing of how it
// came about.

/** 16 hexadecimal digits: equal for equal states. */
export function fingerprint(state: State): string {
  const hash = createHash();
  const { lanes, session, position, resyncFrom: needs, sampling, threshold, ingestCounters: doors, clock, pauseBuffer: held, filter, binds, follows } = state;
  mix(hash, { lanes, session, position, needs, sampling, threshold, doors, clock, held, filter, binds, follows, graph: state.graph?.version ?? "" });
  mix(hash, contents(state.accumulation));
  mix(hash, state.undo === null ? null : contents(state.undo));
  return digest(hash);
}

function contents(accumulation: Accumulation): unknown {
  const { since, total, mapped, nodes, unmapped, bound, tests, frameSums: sums, missed, duplicates, sparkline } = accumulation;
  return {
    since, total, mapped, nodes, unmapped, bound, tests, sums, missed, duplicates, sparkline, rows: [...rowsOf(accumulation.events)], shown: accumulation.view.rows.slice(accumulation.view.from),
    filtered: accumulation.view.filtered, traces: accumulation.traces === null ? null : traceFingerprint(accumulation.traces),
  };
}

// One number for the accumulated traces. It does not depend on the order of arrival, as long as no
// bound was reached and no join undone (TRC-20).

/** Sums, partition of identifiers into traces, every path, every count; not the record of joins,
 * which depends on the order of arrival.
 */
export function traceFingerprint(traces: Traces): string {
  let sum = 0;
  const add = (text: string): void => { sum = (sum + fnv48(text)) % 2 ** 48; };
  for (const [key, cell] of traces.counts.cells) {
    if (cell.count === 0) continue;
    add(`${keyName(traces, key)}|${cell.count}|${cell.traces}|${cell.inferred}|${durations(cell.gaps)}|${durations(cell.bridged)}`);
  }
  traces.counts.entries.forEach((entries, node) => { if (entries !== 0) add(`entries ${node} ${entries}`); });
  traces.counts.standing.forEach((standing, node) => { if (standing !== 0) add(`standing ${node} ${standing}`); });
  for (const set of [traces.live, traces.followedTraces, traces.stubs]) for (const trace of set) add(traceText(trace));
  const { traces: distinct, placed, unplaceable } = traces.total;
  add(`totals ${distinct} ${placed} ${unplaceable}`);
  return sum.toString(16).padStart(12, "0");
}

function traceText(trace: Trace): string {
  const tokens = trace.tokens.map((identifier) => identifier.token).sort().join(" ");
  const visits = trace.visits.map((visit) => `${visit.id}@${visit.at}:${visit.lit.join("+")}:${visit.move}:${visit.from}>${visit.after.head}:${visit.route?.edges.join("-") ?? ""}:${visit.gap}:${visit.after.moves}`);
  return `${tokens}|${trace.events}|${trace.firstAt}|${trace.cursor.head}|${trace.cursor.since}|${visits.join(",")}`;
}

/** Jumps by their nodes: their ids depend on the order in which they were met. */
function keyName(traces: Traces, key: number): string {
  const first = traces.counts.nodes + traces.counts.edges;
  if (key < first) return String(key);
  const jump = traces.jumps.byId.get(key - first);
  return `jump ${jump?.from ?? -1}>${jump?.to ?? -1}`;
}

function durations(all: DurationHistogram | null): string {
  if (all === null) return "0";
  let text = String(all.count);
  all.buckets.forEach((count, bucket) => { if (count > 0) text += ` ${bucket}:${count}`; });
  return text;
}

/** FNV-1a over UTF-16 units, twice with different starts for 48 bits. */
function fnv48(text: string): number {
  let [a, b] = [0x811c9dc5, 0x9dc5811c];
  for (let n = 0; n < text.length; n += 1) {
    a = Math.imul(a ^ text.charCodeAt(n), 0x01000193);
    b = Math.imul(b ^ text.charCodeAt(n), 0x01000193) + 1;
  }
  return (a >>> 0) * 2 ** 16 + ((b >>> 0) & 0xffff);
}
