/** One number for what traces have come to, the same whatever the order of arrival while no bound was reached and no join undone (TRC-20). */
import type { Dwell } from "./dwell.ts";
import type { Trace, Traces } from "./types.ts";

/** Sums, partition of identifiers into traces, every path, every count; not the joins' record, which tells how it came about. */
export function fingerprint(traces: Traces): string {
  let sum = 0;
  const add = (text: string): void => { sum = (sum + hash(text)) % 2 ** 48; };
  for (const [key, cell] of traces.counts.cells) {
    if (cell.count === 0) continue;
    add(`${keyName(traces, key)}|${cell.count}|${cell.traces}|${cell.inferred}|${durations(cell.gaps)}|${durations(cell.bridged)}`);
  }
  traces.counts.entries.forEach((entries, node) => { if (entries !== 0) add(`entries ${node} ${entries}`); });
  traces.counts.standing.forEach((standing, node) => { if (standing !== 0) add(`standing ${node} ${standing}`); });
  for (const set of [traces.live, traces.heldTraces, traces.stubs]) for (const trace of set) add(traceText(trace));
  const { traces: distinct, placed, unplaceable } = traces.total;
  add(`totals ${distinct} ${placed} ${unplaceable}`);
  return sum.toString(16).padStart(12, "0");
}

function traceText(trace: Trace): string {
  const tokens = trace.tokens.map((holder) => holder.token).sort().join(" ");
  const marks = trace.marks.map((mark) => `${mark.id}@${mark.at}:${mark.lit.join("+")}:${mark.move}:${mark.from}>${mark.after.head}:${mark.route?.edges.join("-") ?? ""}:${mark.gap}:${mark.after.moves}`);
  return `${tokens}|${trace.events}|${trace.firstAt}|${trace.stand.head}|${trace.stand.since}|${marks.join(",")}`;
}

/** Jumps by their nodes: their ids depend on the order in which they were met. */
function keyName(traces: Traces, key: number): string {
  const first = traces.counts.nodes + traces.counts.edges;
  if (key < first) return String(key);
  const jump = traces.jumps.byId.get(key - first);
  return `jump ${jump?.from ?? -1}>${jump?.to ?? -1}`;
}

function durations(all: Dwell | null): string {
  if (all === null) return "0";
  let text = String(all.count);
  all.buckets.forEach((count, bucket) => { if (count > 0) text += ` ${bucket}:${count}`; });
  return text;
}

/** FNV-1a over UTF-16 units, twice with different starts for 48 bits. */
function hash(text: string): number {
  let [a, b] = [0x811c9dc5, 0x9dc5811c];
  for (let n = 0; n < text.length; n += 1) {
    a = Math.imul(a ^ text.charCodeAt(n), 0x01000193);
    b = Math.imul(b ^ text.charCodeAt(n), 0x01000193) + 1;
  }
  return (a >>> 0) * 2 ** 16 + ((b >>> 0) & 0xffff);
}
