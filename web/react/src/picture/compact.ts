/** A layout drawn as closely as its cards and edges allow: columns and rows keep their order, and
 * nothing of their distances.
 */
import type { CardSize, Mapping } from "./placement.ts";

/** An edge between two spots, by index; `along` is the direction in which it leaves its card. */
export interface Link {
  readonly from: number;
  readonly to: number;
  readonly along: "x" | "y";
}

/** Clear space around cards, in canvas units: an edge passes between, without a label. */
export const CLOSE = { gapX: 34, gapY: 24 } as const;
/** Columns, or rows, whose cards do not meet are so many cards apart: their order is seen. */
const STEP = { first: 0.35, second: 0.5 } as const;

interface Spot {
  readonly x: number;
  readonly y: number;
}

/** Carries the places of `spots` to where they are as close as cards of this size can be. Spots of
 * one column or row stay in it.
 */
export function compact(spots: readonly Spot[], links: readonly Link[], size: CardSize): Mapping {
  const need = { x: size.width + CLOSE.gapX, y: size.height + CLOSE.gapY };
  const along = (axis: "x" | "y"): Link[] => links.filter((link) => link.along === axis);
  const [first, second] = along("y").length > along("x").length ? (["y", "x"] as const) : (["x", "y"] as const);
  const linked = (axis: "x" | "y"): ReadonlySet<string> => new Set(along(axis).flatMap(({ from, to }) => [`${from} ${to}`, `${to} ${from}`]));
  const [ahead, aside] = [linked(first), linked(second)];
  // Along the edges, what they join is apart, and what stands in one line.
  const one = packed(spots, first, need[first], STEP.first, (a, b) => spots[a]?.[second] === spots[b]?.[second] || ahead.has(`${a} ${b}`));
  // Across them, what would meet otherwise.
  const placed = spots.map((spot) => one(spot[first]));
  const two = packed(spots, second, need[second], STEP.second, (a, b) => Math.abs((placed[a] ?? 0) - (placed[b] ?? 0)) < need[first] - 0.01 || aside.has(`${a} ${b}`));
  return first === "x" ? { x: one, y: two } : { x: two, y: one };
}

/** A rising function that puts lines of spots (columns, or rows) `need` apart if a spot of each
 * asks for it, and `step` of that otherwise.
 */
function packed(spots: readonly Spot[], axis: "x" | "y", need: number, step: number, apart: (a: number, b: number) => boolean): (value: number) => number {
  const lines = new Map<number, number[]>();
  spots.forEach((spot, index) => {
    const line = lines.get(spot[axis]);
    if (line) line.push(index);
    else lines.set(spot[axis], [index]);
  });
  const places: { readonly from: number; readonly to: number }[] = [];
  const done: (readonly number[])[] = [];
  for (const from of [...lines.keys()].sort((a, b) => a - b)) {
    const own = lines.get(from) ?? [];
    const before = places.at(-1);
    let to = before ? before.to + need * step : 0;
    done.forEach((line, i) => {
      const least = (places[i]?.to ?? 0) + need;
      if (least > to && line.some((a) => own.some((b) => apart(a, b)))) to = least;
    });
    places.push({ from, to });
    done.push(own);
  }
  return between(places);
}

/** The straight way from place to place; beyond the ends it goes on as the whole does. */
function between(places: readonly { readonly from: number; readonly to: number }[]): (value: number) => number {
  const [start, end] = [places[0], places.at(-1)];
  if (!start || !end) return (value) => value;
  const slope = end.from > start.from ? (end.to - start.to) / (end.from - start.from) : 1;
  return (value) => {
    if (value <= start.from) return start.to + (value - start.from) * slope;
    const next = places.findIndex(({ from }) => from >= value);
    const [after, before] = [places[next], places[next - 1]];
    if (!after || !before) return end.to + (value - end.from) * slope;
    return before.to + ((after.to - before.to) * (value - before.from)) / (after.from - before.from);
  };
}
