/** Preferences kept between visits: theme, panels, the last graph. Never events. */
import type { KeyValueStorage } from "@dagnet-realtime/client/sessionSnapshot";

export type Theme = "dark" | "light";
export type Tab = "traces" | "node" | "unmapped";

export interface Preferences {
  readonly theme: Theme;
  readonly sideWidth: number;
  readonly sideOpen: boolean;
  readonly feedHeight: number;
  readonly feedOpen: boolean;
  /** Chosen widths of columns, 0 for one that is not shown. */
  readonly feedColumns: Readonly<Record<string, number>>;
  readonly tab: Tab;
  readonly place: string;
  /** Jumps that are not shown: the place, a space, "from>to". */
  readonly ignored: readonly string[];
  /** Unmapped names that are not shown: the workspace, a space, a pattern. */
  readonly ignoredNames: readonly string[];
  /** Whether the sample shop stands beside the graph; "" until the user has chosen. */
  readonly shop: "" | "open" | "closed";
  readonly shopWidth: number;
}

export const SIDE = { least: 280, most: 640, first: 336 } as const;
export const SHOP = { least: 300, most: 760, first: 400 } as const;
export const FEED = { least: 120, most: 720, first: 200 } as const;

const PREFERENCES_KEY = "dagnet-realtime";

const within = (value: unknown, { least, most, first }: { least: number; most: number; first: number }): number =>
  typeof value === "number" && Number.isFinite(value) ? Math.min(most, Math.max(least, Math.round(value))) : first;

const sizes = (value: unknown): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(Object(value) as Record<string, unknown>).filter((one): one is [string, number] => typeof one[1] === "number" && one[1] >= 0));

const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : []);

/** The patterns of names that are ignored in a workspace, by its key. */
export function ignoredNamesOf({ ignoredNames }: Pick<Preferences, "ignoredNames">, workspace: string): readonly string[] {
  return ignoredNames.filter((one) => one.startsWith(`${workspace} `)).map((one) => one.slice(workspace.length + 1));
}

/** Reads leniently: a missing or malformed value becomes its default. `light` is the system's
 * preferred theme.
 */
export function readPreferences(shelf: KeyValueStorage | null, light: boolean): Preferences {
  let read: Partial<Record<keyof Preferences, unknown>> = {};
  try {
    const found: unknown = JSON.parse(shelf?.getItem(PREFERENCES_KEY) ?? "{}");
    if (typeof found === "object" && found !== null) read = found;
  } catch {
    read = {};
  }
  return {
    theme: read.theme === "dark" || read.theme === "light" ? read.theme : light ? "light" : "dark",
    sideWidth: within(read.sideWidth, SIDE),
    sideOpen: read.sideOpen !== false,
    feedHeight: within(read.feedHeight, FEED),
    feedOpen: read.feedOpen !== false,
    feedColumns: sizes(read.feedColumns),
    tab: read.tab === "node" || read.tab === "unmapped" ? read.tab : "traces",
    place: typeof read.place === "string" ? read.place : "",
    ignored: texts(read.ignored),
    ignoredNames: texts(read.ignoredNames),
    shop: read.shop === "open" || read.shop === "closed" ? read.shop : "",
    shopWidth: within(read.shopWidth, SHOP),
  };
}

/** Writes; does nothing if the browser refuses. */
export function writePreferences(shelf: KeyValueStorage | null, what: Preferences): void {
  try {
    shelf?.setItem(PREFERENCES_KEY, JSON.stringify({ ...what, ignoredNames: what.ignoredNames.length > 0 ? what.ignoredNames : undefined }));
  } catch {
    // A full or forbidden shelf costs comfort only: the page works without memory.
  }
}

/** The browser's storage; null if it is forbidden. */
export function storageOrNull<T>(of: () => T): T | null {
  try {
    return of();
  } catch {
    return null;
  }
}
