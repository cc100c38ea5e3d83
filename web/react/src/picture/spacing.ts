/** The place of each card: the graph's own layout, stretched until cards keep their distance. */
import type { Box } from "@dagnet-realtime/layer/curve";
import { compact, type Link } from "./compact.ts";
import type { CardSize, Mapping } from "./placement.ts";

/** A point of the layout in a graph file; a coordinate that the file does not give is null. */
export interface Spot {
  readonly x: number | null;
  readonly y: number | null;
}

/** Card size in canvas units, and the clear space around it: wide enough for an edge's label. */
export const CARD = { width: 172, height: 84, gapX: 52, gapY: 28 } as const;

/** Sizes that cards may have, by what the graph's layout and its names need. */
export const SHAPES: readonly CardSize[] = [CARD, { width: 150, height: 84 }, { width: 150, height: 104 }, { width: 132, height: 104 }, { width: 132, height: 124 }, { width: 204, height: 84 }];

/** Sizes that cards may have if a layout is drawn closely: narrow ones have their words in more
 * lines.
 */
export const CLOSE_SHAPES: readonly CardSize[] = [...SHAPES, { width: 172, height: 104 }, { width: 188, height: 116 }, { width: 204, height: 124 }, { width: 220, height: 132 }, { width: 150, height: 124 }, { width: 132, height: 148 }, { width: 132, height: 176 }, { width: 116, height: 148 }, { width: 116, height: 176 }, { width: 172, height: 148 }, { width: 204, height: 176 }];

/** Cards that would stand closer are moved apart: an edge passes between. */
const LEAST_GAP = 22;

/** The side of DagNet's own square node, which its layouts are made for. */
export const DAGNET_NODE = 110;
/** Nodes whose places differ by less than this are meant to stand in one column, or one row. */
const ALIGNED = DAGNET_NODE / 2;

/** Layouts are squeezed and stretched no further than this; other collisions are moved alone. */
const LEAST = { x: 0.8, y: 0.72 };
const MOST = 2.6;
/** Width by height of the room that a graph usually has. */
const SCREEN = 1.8;
/** Rows or columns that have room to spare are drawn apart by this at most. */
const MOST_FILL = 1.5;

/** How a layout is stretched onto the canvas. */
export interface Stretch {
  readonly x: number;
  readonly y: number;
}

/** Gaps between columns or rows wider than this many cards with their space are drawn in to this
 * share: far apart stays far apart, but readable.
 */
const WIDE = { x: 1.27, y: 1.7, share: 0.4 };
/** The same along the side that is short of room, where every unit makes all cards smaller. */
const SHORT = { x: 1, y: 1.1, share: 0.1 };

/** Places one card a spot, in order. Spots without a place stand in rows beneath the others. `room`
 * is what the picture has, of which the layout takes the proportion. With `links`, the edges
 * between spots, it is drawn as closely as they allow.
 */
export function spaceOut(given: readonly Spot[], size: CardSize = CARD, room: CardSize | null = null, links: readonly Link[] | null = null): { boxes: Box[]; mapping: Mapping } {
  const spots = aligned(given);
  const known = spots.flatMap(({ x, y }) => (x === null || y === null ? [] : [{ x, y }]));
  const [needX, needY] = [size.width + CARD.gapX, size.height + CARD.gapY];
  const drawn = links ? compact(...placedLinks(spots, links), size) : stretched(known, size, room ? room.width / room.height : SCREEN);
  const boxes: Box[] = [];
  const fill = fillOf(span(known.map(({ x }) => drawn.x(x))), span(known.map(({ y }) => drawn.y(y))), size, room);
  const mapping: Mapping = { x: (value) => drawn.x(value) * fill.x, y: (value) => drawn.y(value) * fill.y };
  const floor = Math.max(0, ...known.map((spot) => mapping.y(spot.y))) + (known.length ? size.height + CARD.gapY * 2 : 0);
  const left = Math.min(...known.map((spot) => mapping.x(spot.x)), known.length ? Infinity : 0);
  const perRow = Math.max(4, Math.ceil(Math.sqrt(spots.length * 1.6)));
  let loose = 0;
  for (const { x, y } of spots) {
    if (x === null || y === null) {
      const column = loose % perRow;
      const row = Math.floor(loose / perRow);
      boxes.push(card(left + column * needX, floor + row * needY, size));
      loose += 1;
    } else {
      boxes.push(card(mapping.x(x), mapping.y(y), size));
    }
  }
  return { boxes: separate(boxes, size), mapping };
}

/** A layout of the same proportions, stretched until cards keep their distance, its wide gaps drawn
 * in.
 */
function stretched(spots: readonly { x: number; y: number }[], size: CardSize, proportion: number): Mapping {
  const stretch = stretchOf(spots, size, proportion);
  const flat = span(spots.map(({ x }) => x)) * stretch.x > span(spots.map(({ y }) => y)) * stretch.y * proportion;
  const [inX, inY] = flat ? [SHORT, WIDE] : [WIDE, SHORT];
  return {
    x: drawnIn(spots.map(({ x }) => x * stretch.x), stretch.x, inX.x * (size.width + CARD.gapX), inX.share),
    y: drawnIn(spots.map(({ y }) => y * stretch.y), stretch.y, inY.y * (size.height + CARD.gapY), inY.share),
  };
}

/** The spots that have a place, and the links between those. */
function placedLinks(spots: readonly Spot[], links: readonly Link[]): [{ x: number; y: number }[], Link[]] {
  const known: { x: number; y: number }[] = [];
  const places = new Map<number, number>();
  spots.forEach(({ x, y }, index) => {
    if (x !== null && y !== null) places.set(index, known.push({ x, y }) - 1);
  });
  return [known, links.flatMap(({ from, to, along }) => {
    const [start, end] = [places.get(from), places.get(to)];
    return start === undefined || end === undefined ? [] : [{ from: start, to: end, along }];
  })];
}

/** Spots that nearly share a column or a row share it; what would meet stays where it is. */
function aligned(spots: readonly Spot[]): readonly Spot[] {
  const columns = shared(spots.map(({ x }) => x));
  const rows = shared(spots.map(({ y }) => y));
  const taken = new Map<string, number>();
  const key = ({ x, y }: Spot): string => `${columns.get(x ?? NaN) ?? ""} ${rows.get(y ?? NaN) ?? ""}`;
  for (const spot of spots) taken.set(key(spot), (taken.get(key(spot)) ?? 0) + 1);
  return spots.map((spot) => (spot.x === null || spot.y === null || taken.get(key(spot)) !== 1 ? spot : { x: columns.get(spot.x) ?? spot.x, y: rows.get(spot.y) ?? spot.y }));
}

/** Values by what they become: the mean of those that are close. */
function shared(values: readonly (number | null)[]): Map<number, number> {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  const found = new Map<number, number>();
  for (let from = 0; from < sorted.length; ) {
    let to = from;
    while (to < sorted.length && (sorted[to] ?? 0) - (sorted[from] ?? 0) < ALIGNED) to += 1;
    const group = sorted.slice(from, to);
    const mean = group.reduce((sum, one) => sum + one, 0) / group.length;
    for (const value of group) found.set(value, mean);
    from = to;
  }
  return found;
}

/** Columns that one may become, at most. */
const MOST_SPLIT = 4;

/** Arranged boxes in the proportion of `room`: if they are much taller, every column becomes
 * several beside one another; if there is height to spare, rows are drawn apart.
 */
export function proportioned(boxes: readonly Box[], room: CardSize): readonly Box[] {
  const [width, height] = [span(boxes.map(({ x }) => x)), span(boxes.map(({ y }) => y))];
  if (boxes.length < 2) return boxes;
  const drawn = (width + CARD.width) / (height + CARD.height);
  const parts = Math.min(MOST_SPLIT, Math.max(1, Math.round(Math.sqrt(room.width / room.height / drawn))));
  const fill = fillOf(width * parts, height / parts, CARD, room);
  const columns = new Map<number, { readonly box: Box; readonly index: number }[]>();
  boxes.forEach((box, index) => {
    const column = columns.get(box.x);
    if (column) column.push({ box, index });
    else columns.set(box.x, [{ box, index }]);
  });
  const placed = [...boxes];
  for (const column of columns.values()) {
    const own = Math.min(parts, column.length);
    column.sort((a, b) => a.box.y - b.box.y || a.index - b.index).forEach(({ box, index }, i) => {
      placed[index] = { ...box, x: Math.round((box.x * parts + (i % own) * (CARD.width + CARD.gapX)) * fill.x), y: Math.round((box.y / parts) * fill.y) };
    });
  }
  return placed;
}

/** How far apart rows and columns are drawn so that a layout fills its room. */
function fillOf(width: number, height: number, size: CardSize, room: CardSize | null): Stretch {
  if (!room) return { x: 1, y: 1 };
  const zoom = Math.min(1, room.width / (width + size.width), room.height / (height + size.height));
  const grow = (drawn: number, space: number, side: number): number => (drawn > 0 ? Math.min(MOST_FILL, Math.max(1, (space / zoom - side) / drawn)) : 1);
  return { x: grow(width, room.width, size.width), y: grow(height, room.height, size.height) };
}

/** A rising function that multiplies by `factor` and narrows the wide gaps between taken places. */
function drawnIn(taken: readonly number[], factor: number, wide: number, share: number): (value: number) => number {
  const sorted = [...new Set(taken)].sort((a, b) => a - b);
  const cuts: { from: number; to: number; saved: number }[] = [];
  sorted.forEach((to, i) => {
    const from = sorted[i - 1];
    if (from !== undefined && to - from > wide) cuts.push({ from, to, saved: (to - from - wide) * (1 - share) });
  });
  return (value) => {
    const at = value * factor;
    let saved = 0;
    for (const cut of cuts) saved += cut.saved * Math.min(1, Math.max(0, (at - cut.from) / (cut.to - cut.from)));
    return at - saved;
  };
}

/** Carries a frame of the layout along with the nodes it surrounds: a right or lower side keeps its
 * distance from a card there.
 */
export function mapBox(box: Box, mapping: Mapping, size: CardSize = CARD): Box {
  const [x, y] = [mapping.x(box.x), mapping.y(box.y)];
  const right = mapping.x(box.x + box.width - DAGNET_NODE) + size.width;
  const bottom = mapping.y(box.y + box.height - DAGNET_NODE) + size.height;
  return { x, y, width: Math.max(40, right - x), height: Math.max(28, bottom - y) };
}

/** The least stretch under which no two cards meet; of its two directions each pair takes the one
 * that leaves the whole larger on a screen.
 */
export function stretchOf(spots: readonly { x: number; y: number }[], card: CardSize = CARD, proportion = SCREEN): Stretch {
  let { x: fx, y: fy } = LEAST;
  const needX = card.width + CARD.gapX;
  const needY = card.height + CARD.gapY;
  const size = sizeOn(spots, card, proportion);
  // The stretch only grows: pairs that do not meet at the least never will, and some always do.
  const pairs = closePairs(spots, { x: needX / fx, y: needY / fy }, { x: needX / MOST, y: needY / MOST });
  for (let changed = true; changed; ) {
    changed = false;
    for (const { dx, dy } of pairs) {
      if (dx * fx >= needX - 0.01 || dy * fy >= needY - 0.01) continue;
      const growX = dx > 0 ? needX / dx : Infinity;
      const growY = dy > 0 ? needY / dy : Infinity;
      if (growY > MOST || (growX <= MOST && size(growX, fy) <= size(fx, growY))) fx = growX;
      else fy = growY;
      changed = true;
    }
  }
  return { x: fx, y: fy };
}

/** The distances of all spots that are closer than `near` in both directions, and not closer than
 * `least` in both: each spot with those before it, in order.
 */
function closePairs(spots: readonly { x: number; y: number }[], near: Stretch, least: Stretch): { readonly dx: number; readonly dy: number }[] {
  const cells = new Map<string, number[]>();
  const pairs: { dx: number; dy: number }[] = [];
  spots.forEach(({ x, y }, index) => {
    const [column, row] = [Math.floor(x / near.x), Math.floor(y / near.y)];
    const before = [-1, 0, 1].flatMap((i) => [-1, 0, 1].flatMap((j) => cells.get(`${column + i} ${row + j}`) ?? [])).sort((a, b) => a - b);
    for (const other of before) {
      const [dx, dy] = [Math.abs(x - (spots[other]?.x ?? x)), Math.abs(y - (spots[other]?.y ?? y))];
      if (dx < near.x && dy < near.y && (dx >= least.x || dy >= least.y)) pairs.push({ dx, dy });
    }
    const key = `${column} ${row}`;
    const cell = cells.get(key);
    if (cell) cell.push(index);
    else cells.set(key, [index]);
  });
  return pairs;
}

function span(values: readonly number[]): number {
  return values.length ? Math.max(...values) - Math.min(...values) : 0;
}

/** How much of a screen a stretched layout needs, by the side that is short of room; between
 * equals, how much it is distorted.
 */
function sizeOn(spots: readonly { x: number; y: number }[], card: CardSize, proportion: number): (fx: number, fy: number) => number {
  const [width, height] = [span(spots.map(({ x }) => x)), span(spots.map(({ y }) => y))];
  return (fx, fy) => Math.max((width * fx + card.width) / proportion, height * fy + card.height) + (fx + fy) / 100;
}

function card(x: number, y: number, { width, height }: CardSize): Box {
  return { x: Math.round(x), y: Math.round(y), width, height };
}

/** Moves a card that still meets an earlier one straight down to the first free place. */
function separate(boxes: readonly Box[], size: CardSize): Box[] {
  const cells = new Map<string, Box[]>();
  const cell = (value: number, size: number) => Math.floor(value / size);
  const settled: Box[] = [];
  for (const box of boxes) {
    let free = box;
    for (let other = meets(free); other; other = meets(free)) {
      free = { ...free, y: other.y + size.height + CARD.gapY };
    }
    const key = `${cell(free.x, size.width)}:${cell(free.y, size.height)}`;
    cells.set(key, [...(cells.get(key) ?? []), free]);
    settled.push(free);
  }
  return settled;

  function meets(box: Box): Box | undefined {
    const column = cell(box.x, size.width);
    const row = cell(box.y, size.height);
    for (let i = -1; i <= 1; i++) {
      for (let j = -1; j <= 1; j++) {
        const hit = cells.get(`${column + i}:${row + j}`)?.find((other) => overlap(box, other, LEAST_GAP));
        if (hit) return hit;
      }
    }
    return undefined;
  }
}

/** Whether two boxes come nearer than `margin`. */
export function overlap(a: Box, b: Box, margin = 0): boolean {
  return (
    a.x < b.x + b.width + margin && b.x < a.x + a.width + margin && a.y < b.y + b.height + margin && b.y < a.y + a.height + margin
  );
}
