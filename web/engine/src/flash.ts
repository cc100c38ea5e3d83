/** The one place that decides whether light may flash, so that no node and no group of nodes passes what WCAG 2.3.1 allows, whatever the traffic.
 *
 * A node rings at most once in 400 ms (2.5 a second). The rings that begin within any one second together cover at most the area that
 * WCAG calls small and safe; every further ring is so faint (a change below a tenth of full luminance) that it is no flash but a level.
 */
import { levelOf } from "./light.ts";

/** Least time between two rings of one node. */
export const NODE_REST_MS = 400;
/** A quarter of any 10° of sight at the usual distance: a quarter of 341 × 256 CSS pixels. */
export const SAFE_AREA = 21_824;
/** What one ring covers at zoom 1, CSS pixels squared: the 14 px of its growth around a node's card, two pixels wide, and its halo. */
export const RING_AREA = 1000;
/** The strength of a ring that must not count as a flash. */
export const FAINT = 0.09;
const STRONGEST = 0.9;
const WEAKEST = 0.25;
const SECOND_MS = 1000;
/** Nodes remembered before those at rest are let go. */
const REMEMBERED = 2048;

export interface Flashes {
  readonly last: Map<string, number>;
  /** Rings at full strength of the last second, oldest first, and the area they cover. */
  readonly begun: { readonly at: number; readonly area: number }[];
  area: number;
  now: number;
}

export function createFlashes(): Flashes {
  return { last: new Map(), begun: [], area: 0, now: -Infinity };
}

/** Asks for a ring around `node` at `at` (milliseconds, never running backwards) while its heat is `heat` hits a second. Answers the strength
 * of the ring to draw, 0.25 to 0.9, FAINT for one that must stay a level, 0 for none. A brief rise of the halo goes by the same strength.
 * `area` is what the ring covers on screen, CSS pixels squared: it grows with zoom. */
export function ring(flashes: Flashes, node: string, at: number, heat: number, area = RING_AREA): number {
  const now = Math.max(at, flashes.now);
  flashes.now = now;
  const last = flashes.last.get(node);
  if (last !== undefined && now - last < NODE_REST_MS) return 0;
  rest(flashes, now);
  flashes.last.set(node, now);
  if (!(area >= 0) || flashes.area + area > SAFE_AREA) return FAINT;
  flashes.begun.push({ at: now, area });
  flashes.area += area;
  return STRONGEST - (STRONGEST - WEAKEST) * levelOf(Math.max(0, heat));
}

/** Lets go of rings that began more than a second ago, and of nodes at rest. */
function rest(flashes: Flashes, now: number): void {
  while (flashes.begun[0] !== undefined && now - flashes.begun[0].at > SECOND_MS) flashes.area -= flashes.begun.shift()?.area ?? 0;
  if (flashes.begun.length === 0) flashes.area = 0;
  if (flashes.last.size < REMEMBERED) return;
  for (const [node, last] of flashes.last) if (now - last >= NODE_REST_MS) flashes.last.delete(node);
}
