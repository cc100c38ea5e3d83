/** What the connect panel says and gives to copy. */
import type { PageSeen } from "../../lanes/local/pages.ts";
import type { RoadName } from "../../lanes/local/road.ts";
import { count, plural } from "../format.ts";

/** How the tap reaches this tab, in plain words. */
export const ROADS: Readonly<Record<RoadName, string>> = { tab: "another tab of this address", opened: "opened from here", extension: "through the extension" };

/** The line for a page, before Segment's snippet; `here` is this page's address. */
export function scriptTag(here: string): string {
  return `<script src="${new URL("tap.js", here).href}"></script>`;
}

/** The lines for a page that is built from npm packages. */
export function npmLines(here: string): string {
  return `import { opener, otherTab, tap } from "@dagnet-realtime/tap";\n\ntap({ sinks: [opener(["${new URL(here).origin}"]), otherTab()] }).listen(analytics);`;
}

/** A page on one line: address without its scheme. */
export function placeOf({ url, origin }: Pick<PageSeen, "url" | "origin">): string {
  return (url.startsWith(origin) ? url : origin).replace(/^https?:\/\//, "");
}

/** The SDKs of a page: "1.84.1 · key …abcd". */
export function sdkWords({ sdks }: Pick<PageSeen, "sdks">): string {
  if (sdks.length === 0) return "no SDK seen yet";
  return sdks.map(({ version, key, heard }) => `analytics.js ${version || "of unknown version"}${heard === false ? ", whose calls cannot be heard: only version 2 (analytics-next) can" : key ? ` · key …${key}` : ""}`).join(", ");
}

/** What was heard of a page, and what was not. */
export function heardWords({ heard, missed, untold, skipped, early }: Pick<PageSeen, "heard" | "missed" | "untold" | "skipped" | "early">): string {
  const parts = [`${plural(heard, "event")} heard`];
  if (missed + untold > 0) parts.push(`${count(missed + untold)} missed`);
  if (skipped > 0) parts.push(`${plural(skipped, "later report")} left out under load`);
  if (early > 0) parts.push(`${count(early)} from before On`);
  return parts.join(" · ");
}

/** The button's words: what matters of the local lane at a glance. */
export function buttonWords(pages: Iterable<Pick<PageSeen, "there">>): string {
  const there = [...pages].filter((page) => page.there).length;
  return there === 0 ? "Connect" : plural(there, "page");
}
