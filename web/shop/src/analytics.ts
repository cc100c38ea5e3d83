/** Segment's own analytics.js, pointed at the server that this page comes from; without one its
 * events stay in the page.
 */
import { AnalyticsBrowser } from "@segment/analytics-next";

/** How long the server may take to name the write key. */
const PATIENCE_MS = 5_000;

/** The write key of the demo's tracking source; null if there is no such server. */
export async function writeKey(page: Location): Promise<string | null> {
  if (!page.protocol.startsWith("http")) return null;
  try {
    const secret = proof();
    const headers: Record<string, string> = secret === "" ? {} : { "x-realtime-page": secret };
    const answer = await fetch(new URL("../api/demo/shop", page.href), { headers, signal: AbortSignal.timeout(PATIENCE_MS) });
    const said: unknown = answer.ok ? await answer.json() : null;
    return typeof said === "object" && said !== null && "write_key" in said && typeof said.write_key === "string" ? said.write_key : null;
  } catch {
    return null;
  }
}

/** The page's half of the sign-in, which the interface beside us keeps; "" if there is none or
 * storage is forbidden.
 */
function proof(): string {
  try {
    return window.localStorage.getItem("dagnet-realtime-page") ?? "";
  } catch {
    return "";
  }
}

/** The SDK, which keeps calls until it is loaded. */
export function buffered(): AnalyticsBrowser {
  return new AnalyticsBrowser();
}

/** Loads the SDK without asking Segment for anything: its settings are given, its own metrics are
 * off. From disk, where every HTML file can read the stored values, a visitor lasts as long as the
 * page.
 */
export function load(analytics: AnalyticsBrowser, key: string | null, page: Location): void {
  const own = key === null ? false : { apiHost: `${page.host}/v1`, protocol: page.protocol === "https:" ? ("https" as const) : ("http" as const) };
  analytics.load(
    { writeKey: key ?? "none", cdnSettings: { integrations: { "Segment.io": { apiKey: key ?? "none" } }, metrics: { sampleRate: 0 } } },
    { integrations: { "Segment.io": own }, initialPageview: false, useQueryString: false, disableClientPersistence: !page.protocol.startsWith("http") },
  );
}
