/** The delivery of an event from this browser: called, sent, received, with the time of each. */
import type { Row } from "@dagnet-realtime/engine/eventBuffer";
import { LOCAL, REMOTE } from "@dagnet-realtime/engine/dedupe";

/** One stage of a local event's delivery. */
export interface DeliveryStep {
  readonly word: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Milliseconds since the waypoint before; null for the first. */
  readonly since: number | null;
  readonly bad: boolean;
}

/** The known waypoints, in the order of delivery. A step may seem to take negative time, since the
 * page's clock and the server's differ.
 */
export function deliveryOf(row: Row): readonly DeliveryStep[] {
  const way = row.way ?? {};
  const reason = way.reason ? `: ${way.reason}` : "";
  const known: readonly (readonly [word: string, at: number | undefined, bad?: boolean])[] = [
    [`called in the page${way.as === undefined ? "" : ` as “${way.as}”`}${way.failed === undefined && way.dropped === undefined ? reason : ""}`, way.called],
    [`failed to leave${reason}`, way.failed, true],
    [`dropped in the page${reason}`, way.dropped, true],
    ["ready to leave", way.enriched],
    ["left the page", way.delivered],
    ["received by Segment", (row.lanes & REMOTE) !== 0 ? row.receivedAt : undefined],
    ["reached us by webhook", (row.lanes & REMOTE) !== 0 ? row.arrivedAt : undefined],
    ["shown here", row.at],
  ];
  const points: DeliveryStep[] = [];
  const there = known.flatMap(([word, at, bad = false]) => (at === undefined || Number.isNaN(at) ? [] : [{ word, at, bad }]));
  // What came by the tap was lit before the webhook had it.
  const order = (row.lanes & LOCAL) !== 0 ? [...there].sort((a, b) => a.at - b.at) : there;
  for (const point of order) points.push({ ...point, since: points.length === 0 ? null : point.at - (points.at(-1)?.at ?? point.at) });
  return points;
}
