/** What was seen along an edge or a jump, worded as what was seen, never as conversion. */
import type { EdgeFacts, Spread } from "@dagnet-realtime/engine/traces/select/facts";
import { count, plural, share, span } from "../format.ts";

/** "190 of 412 traces that came to Basket went on here"; of the carried ones where not all events were carried. "" where nobody came. */
export function ofWords(went: number, came: number, exact: boolean, carriedOnly: boolean, source: string): string {
  if (came === 0) return "";
  const most = exact ? "" : "at most ";
  const part = went <= came ? ` (${share(went / came)})` : "";
  return carriedOnly
    ? `Of carried traces, ${most}${count(went)} of ${count(came)} that came to ${source} went on here${part}.`
    : `${most === "" ? "" : "At most "}${count(went)} of ${plural(came, "trace")} that came to ${source} went on here${part}.`;
}

/** "median 6.2 s · p95 14 s · n 12", or that nobody was timed. */
export function dwellWords({ n, medianMs, p95Ms }: Spread): string {
  if (n === 0 || medianMs === null || p95Ms === null) return "not timed yet";
  return `median ${span(medianMs)} · p95 ${span(p95Ms)} · n ${count(n)}`;
}

/** Who stands at the edge's source and may still go. */
export function waitingWords({ waiting, waitedMs }: Pick<EdgeFacts, "waiting" | "waitedMs">, source: string): string {
  if (waiting === 0) return `Nobody waits at ${source}.`;
  const since = waitedMs === null ? "" : `, half of them for ${span(waitedMs)} or longer`;
  return `${plural(waiting, "trace")} ${waiting === 1 ? "waits" : "wait"} at ${source}${since}.`;
}
