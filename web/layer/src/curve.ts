/** Edges as single cubic Béziers, and the points along them that the renderer takes. */

/** The side of a card that an edge leaves or enters. */
export type Face = "left" | "right" | "top" | "bottom";

/** A rectangle in canvas units, from its top-left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A point in canvas units. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A point on a card's side, and which side it is. */
export interface Port extends Point {
  readonly face: Face;
}

/** Start, two controls, end: x0, y0, x1, y1, x2, y2, x3, y3. */
export type Curve = readonly [number, number, number, number, number, number, number, number];

/** Points in an edge's table: enough for a smooth particle, small enough for a thousand edges. */
export const POINTS = 24;

const NORMAL: Record<Face, Point> = { left: { x: -1, y: 0 }, right: { x: 1, y: 0 }, top: { x: 0, y: -1 }, bottom: { x: 0, y: 1 } };

/** The curve between two ports; controls reach half the distance out, 24 to 220 units. */
export function curveBetween(from: Port, to: Port): Curve {
  const distance = Math.hypot(to.x - from.x, to.y - from.y);
  const a = NORMAL[from.face];
  const b = NORMAL[to.face];
  const ahead = (to.x - from.x) * a.x + (to.y - from.y) * a.y;
  const reach = Math.min(220, Math.max(24, ahead > 0 ? Math.min(distance * 0.5, ahead * 0.5 + distance * 0.12) : distance * 0.5));
  return [from.x, from.y, from.x + a.x * reach, from.y + a.y * reach, to.x + b.x * reach, to.y + b.y * reach, to.x, to.y];
}

/** The curve as an SVG path. */
export function pathOf(c: Curve): string {
  const [x0, y0, x1, y1, x2, y2, x3, y3] = c.map((value) => Math.round(value * 10) / 10) as unknown as Curve;
  return `M${x0},${y0}C${x1},${y1} ${x2},${y2} ${x3},${y3}`;
}

/** The part of a curve between two parameters, as a curve. */
export function part(c: Curve, from: number, to: number): Curve {
  const [a, d] = [pointAt(c, from), pointAt(c, to)];
  const third = (to - from) / 3;
  const [u, v] = [slopeAt(c, from), slopeAt(c, to)];
  return [a.x, a.y, a.x + u.x * third, a.y + u.y * third, d.x - v.x * third, d.y - v.y * third, d.x, d.y];
}

/** The curve's derivative at t. */
function slopeAt(c: Curve, t: number): Point {
  const u = 1 - t;
  const along = (a: number, b: number, d: number, e: number) => 3 * u * u * (b - a) + 6 * u * t * (d - b) + 3 * t * t * (e - d);
  return { x: along(c[0], c[2], c[4], c[6]), y: along(c[1], c[3], c[5], c[7]) };
}

/** The point at parameter t, 0 to 1. */
export function pointAt(c: Curve, t: number): Point {
  const u = 1 - t;
  const [a, b, d, e] = [u * u * u, 3 * u * u * t, 3 * u * t * t, t * t * t];
  return { x: a * c[0] + b * c[2] + d * c[4] + e * c[6], y: a * c[1] + b * c[3] + d * c[5] + e * c[7] };
}

/** Points at equal distances along the curve: x, y, x, y …, POINTS of them. */
export function tableOf(c: Curve): Float32Array {
  const fine = 96;
  const xs: Point[] = [];
  const lengths: number[] = [0];
  for (let i = 0; i <= fine; i++) {
    const point = pointAt(c, i / fine);
    const before = xs.at(-1);
    if (before) lengths.push((lengths.at(-1) ?? 0) + Math.hypot(point.x - before.x, point.y - before.y));
    xs.push(point);
  }
  const total = lengths.at(-1) ?? 0;
  const table = new Float32Array(POINTS * 2);
  let at = 0;
  for (let i = 0; i < POINTS; i++) {
    const wanted = (total * i) / (POINTS - 1);
    while (at < fine - 1 && (lengths[at + 1] ?? total) < wanted) at += 1;
    const [low, high] = [lengths[at] ?? 0, lengths[at + 1] ?? total];
    const part = high > low ? Math.min(1, (wanted - low) / (high - low)) : 0;
    const [a, b] = [xs[at] ?? { x: c[0], y: c[1] }, xs[at + 1] ?? { x: c[6], y: c[7] }];
    table[i * 2] = a.x + (b.x - a.x) * part;
    table[i * 2 + 1] = a.y + (b.y - a.y) * part;
  }
  return table;
}

/** A table's points. */
export function pointsOf(table: Float32Array): Point[] {
  return Array.from({ length: table.length / 2 }, (_, i) => ({ x: table[i * 2] ?? 0, y: table[i * 2 + 1] ?? 0 }));
}

/** The point at a part (0 to 1) of the way along a table that begins at `offset`. */
export function along(tables: Float32Array, offset: number, part: number): [number, number] {
  const at = part * (POINTS - 1);
  const i = Math.min(POINTS - 2, Math.floor(at));
  const rest = at - i;
  const o = offset + i * 2;
  const [x0, y0, x1, y1] = [tables[o] ?? 0, tables[o + 1] ?? 0, tables[o + 2] ?? 0, tables[o + 3] ?? 0];
  return [x0 + (x1 - x0) * rest, y0 + (y1 - y0) * rest];
}

/** An end that lies no deeper than this in a box lies on its outline, in canvas units. */
const ON_OUTLINE = 0.5;
/** How far from a box a table that is cut at it ends: the round end of its line stays outside. */
const OUTSIDE = 2;

/** The part of a table between two boxes: an end that runs into its box is cut off at the box's
 * outline, since what is drawn there would lie on the node. The same table if neither does, or if
 * nothing of it lies between them.
 */
export function between(table: Float32Array, from: Box | undefined, to: Box | undefined): Float32Array {
  const start = from ? cutAt(table, from, (part) => part) : 0;
  const end = to ? 1 - cutAt(table, to, (part) => 1 - part) : 1;
  if ((start === 0 && end === 1) || start >= end) return table;
  const cut = new Float32Array(POINTS * 2);
  for (let i = 0; i < POINTS; i++) cut.set(along(table, 0, start + ((end - start) * i) / (POINTS - 1)), i * 2);
  return cut;
}

/** The part of the way, from the end that `partOf` counts from, that lies in `box`; 0 if that end
 * does not, 1 if the whole way does.
 */
function cutAt(table: Float32Array, box: Box, partOf: (part: number) => number): number {
  const within = (part: number, margin: number): boolean => inside(box, ...along(table, 0, partOf(part)), margin);
  if (!within(0, -ON_OUTLINE)) return 0;
  let [low, high] = [0, 0];
  while (high < 1 && within(high, OUTSIDE)) [low, high] = [high, Math.min(1, high + 1 / (POINTS - 1))];
  if (within(high, OUTSIDE)) return 1;
  for (let halving = 0; halving < 12; halving++) {
    const middle = (low + high) / 2;
    if (within(middle, OUTSIDE)) low = middle;
    else high = middle;
  }
  return high;
}

/** Room that the curve of a jump keeps from cards that it passes. */
const CLEAR = 10;

/** So far beyond the outermost cards a jump is in view when all of them are, in canvas units. */
const AROUND = 60;
/** The reach of a bow that rises by no more than that. */
const FLAT = AROUND / 0.77;

/** The curve of a jump: of the possible ways, the one that passes behind the fewest cards, of those
 * one that stays in view, and of those the shortest.
 */
export function jumpCurve(from: Box, to: Box, cards: readonly Box[]): Curve {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const lean = dx > 0 ? 24 : -24;
  const reach = Math.min(170, 46 + Math.abs(dx) * 0.16);
  const down = dy > 0;
  const ways: Curve[] = [
    bow(port(from, "top", lean), port(to, "top", -lean), -reach),
    bow(port(from, "bottom", lean), port(to, "bottom", -lean), reach),
    bow(port(from, "top", lean), port(to, "top", -lean), -Math.min(reach, FLAT)),
    bow(port(from, "bottom", lean), port(to, "bottom", -lean), Math.min(reach, FLAT)),
    curveBetween(port(from, dx > 0 ? "right" : "left", down ? 20 : -20), port(to, dx > 0 ? "left" : "right", down ? -20 : 20)),
    curveBetween(port(from, down ? "bottom" : "top", lean), port(to, dx > 0 ? "left" : "right", down ? -20 : 20)),
    curveBetween(port(from, dx > 0 ? "right" : "left", down ? 20 : -20), port(to, down ? "top" : "bottom", -lean)),
    curveBetween(port(from, down ? "bottom" : "top", 30), port(to, down ? "top" : "bottom", 30)),
  ];
  const view = {
    x0: Math.min(...cards.map(({ x }) => x)) - AROUND, x1: Math.max(...cards.map(({ x, width }) => x + width)) + AROUND,
    y0: Math.min(...cards.map(({ y }) => y)) - AROUND, y1: Math.max(...cards.map(({ y, height }) => y + height)) + AROUND,
  };
  const costs = ways.map((curve) => costOf(curve, from, to, cards) + beyond(curve, view));
  return ways[costs.indexOf(Math.min(...costs))] ?? (ways[0] as Curve);
}

/** What a way costs that leaves the view: as much as some hundred units of its length. */
function beyond(curve: Curve, { x0, x1, y0, y1 }: { readonly x0: number; readonly x1: number; readonly y0: number; readonly y1: number }): number {
  return Array.from({ length: 9 }, (_, i) => pointAt(curve, i / 8)).filter(({ x, y }) => x < x0 || x > x1 || y < y0 || y > y1).length * 150;
}

/** Points of the way that lie in cards weigh most; then its length. */
function costOf(curve: Curve, from: Box, to: Box, cards: readonly Box[]): number {
  const points = Array.from({ length: 25 }, (_, i) => pointAt(curve, i / 24));
  const [x0, x1] = [Math.min(...points.map(({ x }) => x)), Math.max(...points.map(({ x }) => x))];
  const near = cards.filter((card) => card.x < x1 && card.x + card.width > x0);
  let cost = 0;
  points.forEach((point, i) => {
    const before = points[i - 1];
    if (before) cost += Math.hypot(point.x - before.x, point.y - before.y);
    const ends = i === 0 ? from : i === points.length - 1 ? to : null;
    const own = i < 5 ? from : i > points.length - 6 ? to : null;
    if (near.some((card) => card !== ends && inside(card, point.x, point.y, card === own ? -1 : CLEAR))) cost += 2000;
  });
  return cost;
}

/** Whether a point lies in a card, or closer to it than `margin`. */
export function inside(card: Box, x: number, y: number, margin: number): boolean {
  return x > card.x - margin && x < card.x + card.width + margin && y > card.y - margin && y < card.y + card.height + margin;
}

/** Up and over, or down and under if `height` is positive. */
function bow(a: Port, b: Port, height: number): Curve {
  const lean = (b.x - a.x) * 0.15;
  return [a.x, a.y, a.x + lean, a.y + height, b.x - lean, b.y + height, b.x, b.y];
}

function port(box: Box, face: Port["face"], offset: number): Port {
  const [midX, midY] = [box.x + box.width / 2, box.y + box.height / 2];
  switch (face) {
    case "top":
      return { face, x: midX + offset, y: box.y };
    case "bottom":
      return { face, x: midX + offset, y: box.y + box.height };
    case "left":
      return { face, x: box.x, y: midY + offset };
    case "right":
      return { face, x: box.x + box.width, y: midY + offset };
  }
}
