/** How much of a card is worth drawing at a zoom: all of it, its name and rate in large type, its name alone, or a plain tile. */

export type Detail = "full" | "brief" | "name" | "plain";

/** Below this zoom small text cannot be read; name and rate are set larger. */
export const FULL_FROM = 0.68;
/** Below this nothing that changes is written on cards: text is what costs most. */
export const BRIEF_FROM = 0.45;
/** Below this not even a name in large type can; in large graphs names go sooner, as they cost most. */
const NAME_FROM = 0.17;
const NAME_FROM_MANY = 0.3;
const MANY = 400;

/** The detail for a zoom and a number of nodes. */
export function detailAt(zoom: number, nodes: number): Detail {
  if (zoom >= FULL_FROM) return "full";
  if (zoom >= BRIEF_FROM) return "brief";
  return zoom >= (nodes > MANY ? NAME_FROM_MANY : NAME_FROM) ? "name" : "plain";
}
