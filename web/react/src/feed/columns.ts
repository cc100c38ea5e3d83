/** The columns of the feed: which are shown, and how wide. */

/** In their order. */
export const COLUMNS = ["occurred", "event", "node", "trace", "properties", "lag"] as const;

export type Column = (typeof COLUMNS)[number];

export const TITLES: Readonly<Record<Column, string>> = { occurred: "Occurred", event: "Event", node: "Node", trace: "Trace", properties: "Properties", lag: "Lag" };

/** The chosen width of a column in pixels, 0 for one that is not shown; the others are as they
 * come. Other names are of another version and mean nothing.
 */
export type FeedColumns = Readonly<Record<string, number>>;

export const COLUMN_WIDTH = { least: 48, most: 960 } as const;

/** Its cell opens the row. */
export const ALWAYS: Column = "event";

/** The columns that are shown, in their order. */
export function shownColumns(columns: FeedColumns): readonly Column[] {
  return COLUMNS.filter((name) => name === ALWAYS || columns[name] !== 0);
}

/** Sets a column's width, within limits; `null` for as it comes. */
export function withWidth(columns: FeedColumns, name: Column, width: number | null): FeedColumns {
  const { [name]: _, ...others } = columns;
  return width === null ? others : { ...others, [name]: Math.round(Math.min(COLUMN_WIDTH.most, Math.max(COLUMN_WIDTH.least, width))) };
}

/** Shows a column, or does not. */
export function withShown(columns: FeedColumns, name: Column, isShown: boolean): FeedColumns {
  const { [name]: _, ...others } = columns;
  return isShown ? others : { ...others, [name]: 0 };
}

/** A narrow window shows so many. */
const NARROW = 3;

/** They take the room that the others leave. */
const FILL: ReadonlySet<Column> = new Set(["event", "node", "properties"]);

/** The tracks of the grid that rows stand in; in a narrow window widths are as they come. A chosen
 * width yields if there is no room for it.
 */
export function tracks(columns: FeedColumns): { readonly wide: string; readonly narrow: string } {
  const shown = shownColumns(columns);
  const sized = shown.map((name) => (columns[name] ? `minmax(${COLUMN_WIDTH.least}px, ${Math.min(columns[name], COLUMN_WIDTH.most)}px)` : `var(--dr-feed-${name})`));
  const fills = shown.some((name) => !columns[name] && FILL.has(name));
  return { wide: [...sized, ...(fills ? [] : ["minmax(0, 1fr)"])].join(" "), narrow: shown.slice(0, NARROW).map((name) => `var(--dr-feed-${name})`).join(" ") };
}
