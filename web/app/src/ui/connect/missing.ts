/** What may have become of an event that left no trace at the server, and what to look at. */
import type { Overdue } from "@dagnet-realtime/engine/select/overdue";
import { span } from "../format.ts";

/** An event that left a page and has not arrived by then is listed: Segment delivers within seconds, in batches within a minute. */
export const LOST_MS = 60_000;

/** Answers after which the SDK gives up at once: those of analytics.js 1.84, `shared-dispatcher`. */
const REFUSED = /^the answer was (?:4(?!08|10|29|60)\d\d|501|505|511)$/;

/** One sentence; `thinned` says that the server did not carry everything, so that an event may be counted and yet not be here. */
export function missingWords(how: Overdue["how"], reason: string, age: number, thinned: boolean): string {
  const because = reason ? ` (${reason})` : "";
  if (how === "dropped") return `was dropped in the page${because}: a middleware or the event’s integrations kept it from leaving.`;
  if (how === "unsent") return `was called and is not known to have left${because}: the SDK has not come, or the page was left before it sent.`;
  if (how === "failed" && REFUSED.test(reason)) return `was refused${because}: the SDK does not send it again; look at the write key and what the event holds.`;
  if (how === "failed") return `has not left the page${because}: the SDK tries again for a while; look for an ad blocker, the network, the write key’s address.`;
  if (thinned) return `left ${span(age)} ago and was not carried here: this server thins or samples under load, so it may be counted all the same.`;
  return `left ${span(age)} ago and has not arrived: see that this write key’s source sends to this webhook, and what Segment’s delivery says.`;
}
