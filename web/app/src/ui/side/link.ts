/** The address that opens a graph with a trace followed, for whoever may follow. */

/** `page` is the page's own address without its query, `place` as `written` writes it. */
export function linkTo(page: string, place: string, token: string): string {
  return `${page}?graph=${encodeURIComponent(place)}&trace=${encodeURIComponent(token)}`;
}
