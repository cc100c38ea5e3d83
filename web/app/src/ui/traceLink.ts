/** Links that open a graph with traces followed, and the jumps that a graph does not show. */
import type { GraphRef } from "@dagnet-realtime/client/api";
import { isToken } from "@dagnet-realtime/engine/ids";
import { formatGraphRef } from "../store/graphRef.ts";

/** `page` is the page's own address without its query, `graphRef` as `formatGraphRef` writes it. */
export function linkTo(page: string, graphRef: string, token = ""): string {
  return `${page}?graph=${encodeURIComponent(graphRef)}${token === "" ? "" : `&trace=${encodeURIComponent(token)}`}`;
}

/** Traces of one link; a session may follow as many. */
const MOST = 20;

/** The traces that an address names, and whether it names one that is malformed: anybody may have
 * written it.
 */
export function tracesIn(address: URLSearchParams): { readonly tokens: readonly string[]; readonly wrong: boolean } {
  const named = [...new Set(address.getAll("trace"))];
  const tokens = named.filter(isToken);
  return { tokens: tokens.slice(0, MOST), wrong: tokens.length < named.length };
}

/** Keys "from>to" of those that were ignored in a graph; `kept` is what the browser remembers. */
export function ignoredJumps(kept: readonly string[], graphRef: GraphRef | null): ReadonlySet<string> {
  const prefix = `${graphRef === null ? "" : formatGraphRef(graphRef)} `;
  return new Set(kept.filter((one) => one.startsWith(prefix)).map((one) => one.slice(prefix.length)));
}
