/** Which jumps of a graph are not to be shown. */
import type { Place } from "../../lanes/api.ts";
import { written } from "../../store/places.ts";

/** Keys "from>to" of those that were ignored at a place; `kept` is what the browser remembers. */
export function ignoredOf(kept: readonly string[], place: Place | null): ReadonlySet<string> {
  const prefix = `${place === null ? "" : written(place)} `;
  return new Set(kept.filter((one) => one.startsWith(prefix)).map((one) => one.slice(prefix.length)));
}
