/** The place of each card: the graph's own layout, stretched until cards keep their distance. */
import type { Box } from "@dagnet-realtime/layer/curve";

/** A point of the layout in a graph file; a coordinate that the file does not give is null. */
export interface Spot {
  readonly x: number | null;
  readonly y: number | null;
}

/** Card size in canvas units, and the clear space around it: wide enough for an edge's label. */
export const CARD = { width: 164, height: 80, gapX: 48, gapY: 30 } as const;

/** The side of DagNet's own square node, which its layouts are made for. */
export const DAGNET_NODE = 110;

/** Layouts are squeezed and stretched no further than this; other collisions are moved alone. */
const LEAST = { x: 0.8, y: 0.72 };
const MOST = 2.6;
/** Width by height of the room that a graph usually has. */
const SCREEN = 1.8;

/** How a layout is stretched onto the canvas. */
export interface Stretch {
  readonly x: number;
  readonly y: number;
}

/** Carries a coordinate of the layout onto the canvas, in each direction. */
export interface Mapping {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

/** Gaps between columns or rows wider than this, in canvas units, are drawn in to this share: far
 * apart stays far apart, but readable.
 */
const WIDE = { x: 268, y: 190, share: 0.4 };
/** The same along the side that is short of room, where every unit makes all cards smaller. */
const SHORT = { x: 224, y: 128, share: 0.2 };

/** Places one card a spot, in order. Spots without a place stand in rows beneath the others. */
export function spaceOut(spots: readonly Spot[]): { boxes: Box[]; mapping: Mapping } {
  const known = spots.flatMap(({ x, y }) => (x === null || y === null ? [] : [{ x, y }]));
  const stretch = stretchOf(known);
  const boxes: Box[] = [];
  const flat = span(known.map(({ x }) => x)) * stretch.x > span(known.map(({ y }) => y)) * stretch.y * SCREEN;
  const [inX, inY] = flat ? [SHORT, WIDE] : [WIDE, SHORT];
  const mapping: Mapping = {
    x: drawnIn(known.map(({ x }) => x * stretch.x), stretch.x, inX.x, inX.share),
    y: drawnIn(known.map(({ y }) => y * stretch.y), stretch.y, inY.y, inY.share),
  };
  const floor = Math.max(0, ...known.map((spot) => mapping.y(spot.y))) + (known.length ? CARD.height + CARD.gapY * 2 : 0);
  const left = Math.min(...known.map((spot) => mapping.x(spot.x)), known.length ? Infinity : 0);
  const perRow = Math.max(4, Math.ceil(Math.sqrt(spots.length * 1.6)));
  let loose = 0;
  for (const { x, y } of spots) {
    if (x === null || y === null) {
      const column = loose % perRow;
      const row = Math.floor(loose / perRow);
      boxes.push(card(left + column * (CARD.width + CARD.gapX), floor + row * (CARD.height + CARD.gapY)));
      loose += 1;
    } else {
      boxes.push(card(mapping.x(x), mapping.y(y)));
    }
  }
  return { boxes: separate(boxes), mapping };
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
export function mapBox(box: Box, mapping: Mapping): Box {
  const [x, y] = [mapping.x(box.x), mapping.y(box.y)];
  const right = mapping.x(box.x + box.width - DAGNET_NODE) + CARD.width;
  const bottom = mapping.y(box.y + box.height - DAGNET_NODE) + CARD.height;
  return { x, y, width: Math.max(40, right - x), height: Math.max(28, bottom - y) };
}

/** The least stretch under which no two cards meet; of its two directions each pair takes the one
 * that leaves the whole larger on a screen.
 */
export function stretchOf(spots: readonly { x: number; y: number }[]): Stretch {
  let { x: fx, y: fy } = LEAST;
  const needX = CARD.width + CARD.gapX;
  const needY = CARD.height + CARD.gapY;
  const size = sizeOn(spots);
  for (let changed = true; changed; ) {
    changed = false;
    for (let i = 0; i < spots.length; i++) {
      for (let j = 0; j < i; j++) {
        const a = spots[i];
        const b = spots[j];
        if (!a || !b) continue;
        const dx = Math.abs(a.x - b.x);
        const dy = Math.abs(a.y - b.y);
        if (dx * fx >= needX - 0.01 || dy * fy >= needY - 0.01) continue;
        const growX = dx > 0 ? needX / dx : Infinity;
        const growY = dy > 0 ? needY / dy : Infinity;
        if (Math.min(growX, growY) > MOST) continue;
        if (growY > MOST || (growX <= MOST && size(growX, fy) <= size(fx, growY))) fx = growX;
        else fy = growY;
        changed = true;
      }
    }
  }
  return { x: fx, y: fy };
}

function span(values: readonly number[]): number {
  return values.length ? Math.max(...values) - Math.min(...values) : 0;
}

/** How much of a screen a stretched layout needs, by the side that is short of room; between
 * equals, how much it is distorted.
 */
function sizeOn(spots: readonly { x: number; y: number }[]): (fx: number, fy: number) => number {
  const [width, height] = [span(spots.map(({ x }) => x)), span(spots.map(({ y }) => y))];
  return (fx, fy) => Math.max((width * fx + CARD.width) / SCREEN, height * fy + CARD.height) + (fx + fy) / 100;
}

function card(x: number, y: number): Box {
  return { x: Math.round(x), y: Math.round(y), width: CARD.width, height: CARD.height };
}

/** Moves a card that still meets an earlier one straight down to the first free place. */
function separate(boxes: readonly Box[]): Box[] {
  const cells = new Map<string, Box[]>();
  const cell = (value: number, size: number) => Math.floor(value / size);
  const settled: Box[] = [];
  for (const box of boxes) {
    let free = box;
    for (let other = meets(free); other; other = meets(free)) {
      free = { ...free, y: other.y + CARD.height + CARD.gapY };
    }
    const key = `${cell(free.x, CARD.width)}:${cell(free.y, CARD.height)}`;
    cells.set(key, [...(cells.get(key) ?? []), free]);
    settled.push(free);
  }
  return settled;

  function meets(box: Box): Box | undefined {
    const column = cell(box.x, CARD.width);
    const row = cell(box.y, CARD.height);
    for (let i = -1; i <= 1; i++) {
      for (let j = -1; j <= 1; j++) {
        const hit = cells.get(`${column + i}:${row + j}`)?.find((other) => overlap(box, other, 8));
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
