/** The texts of the connect sheet. */
import type { ChannelKind } from "@dagnet-realtime/client/transport/tap/channels";
import type { TappedPage } from "@dagnet-realtime/client/transport/tap/pageRegistry";
import type { Overdue } from "@dagnet-realtime/engine/select/overdue";
import { count, plural, span } from "@dagnet-realtime/react/format";

/** How the tap reaches this tab, in plain words. */
export const CHANNELS: Readonly<Record<ChannelKind, string>> = { tab: "another tab of this address", opened: "opened from here", extension: "through the extension" };

/** The line for a page, before Segment's snippet; `here` is this page's address. */
export function scriptTag(here: string): string {
  return `<script src="${new URL("tap.js", here).href}"></script>`;
}

/** The lines for a page that is built from npm packages. */
export function npmLines(here: string): string {
  return `import { opener, otherTab, tap } from "@dagnet-realtime/tap";\n\ntap({ sinks: [opener(["${new URL(here).origin}"]), otherTab()] }).listen(analytics);`;
}

/** A page on one line: address without its scheme. */
export function placeOf({ url, origin }: Pick<TappedPage, "url" | "origin">): string {
  return (url.startsWith(origin) ? url : origin).replace(/^https?:\/\//, "");
}

/** The SDKs of a page: "1.84.1 · key …abcd". */
export function sdkText({ sdks }: Pick<TappedPage, "sdks">): string {
  if (sdks.length === 0) return "no SDK seen yet";
  return sdks.map(({ version, key, heard }) => `analytics.js ${version || "of unknown version"}${heard === false ? ", whose calls cannot be heard: only version 2 (analytics-next) can" : key ? ` · key …${key}` : ""}`).join(", ");
}

/** What was heard of a page, and what was not. */
export function receivedText({ received: heard, missed, untold, skipped, early }: Pick<TappedPage, "received" | "missed" | "untold" | "skipped" | "early">): string {
  const parts = [`${plural(heard, "event")} heard`];
  if (missed + untold > 0) parts.push(`${count(missed + untold)} missed`);
  if (skipped > 0) parts.push(`${plural(skipped, "later report")} left out under load`);
  if (early > 0) parts.push(`${count(early)} from before On`);
  return parts.join(" · ");
}

/** An event that left a page and has not arrived by then is listed: Segment delivers within
 * seconds, in batches within a minute.
 */
export const LOST_MS = 60_000;

/** Responses after which the SDK gives up: those of analytics.js 1.84, `shared-dispatcher`. */
const REFUSED = /^the answer was (?:4(?!08|10|29|60)\d\d|501|505|511)$/;

/** One sentence; `thinned` says that the server did not carry everything, so that an event may be
 * counted and yet not be here.
 */
export function missingText(how: Overdue["how"], reason: string, age: number, thinned: boolean): string {
  const because = reason ? ` (${reason})` : "";
  if (how === "dropped") return `was dropped in the page${because}: a middleware or the event’s integrations kept it from leaving.`;
  if (how === "unsent") return `was called and is not known to have left${because}: the SDK has not come, or the page was left before it sent.`;
  if (how === "failed" && REFUSED.test(reason)) return `was refused${because}: the SDK does not send it again; look at the write key and what the event holds.`;
  if (how === "failed") return `has not left the page${because}: the SDK tries again for a while; look for an ad blocker, the network, the write key’s address.`;
  if (thinned) return `left ${span(age)} ago and is not shown here: this server shows a part of the visitors under load, so it may be counted all the same.`;
  return `left ${span(age)} ago and has not arrived: see that this write key’s source sends to this webhook, and what Segment’s delivery says.`;
}
