/** The address that opens a graph with a trace followed, for whoever may follow. */
import { isToken } from "@dagnet-realtime/engine/ids";

/** `page` is the page's own address without its query, `place` as `written` writes it. */
export function linkTo(page: string, place: string, token: string): string {
  return `${page}?graph=${encodeURIComponent(place)}&trace=${encodeURIComponent(token)}`;
}

/** Traces of one link; a session may follow as many. */
const MOST = 20;

/** The traces that an address names, and whether it names something that is none: anybody may have written it. */
export function tracesIn(address: URLSearchParams): { readonly tokens: readonly string[]; readonly wrong: boolean } {
  const named = [...new Set(address.getAll("trace"))];
  const tokens = named.filter(isToken);
  return { tokens: tokens.slice(0, MOST), wrong: tokens.length < named.length };
}
