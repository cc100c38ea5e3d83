/** The order in which a person reads the graph: columns from left to right, each from top to bottom. */
import type { Box } from "./place.ts";

/** Cards whose left sides are closer than this belong to one column, in canvas units. */
const COLUMN = 82;

/** Indices of the boxes in reading order. */
export function readingOrder(boxes: readonly Box[]): number[] {
  const byX = boxes.map((box, index) => ({ box, index })).sort((a, b) => a.box.x - b.box.x || a.box.y - b.box.y);
  const columns: { start: number; cards: typeof byX }[] = [];
  for (const entry of byX) {
    const last = columns.at(-1);
    if (last && entry.box.x - last.start < COLUMN) last.cards.push(entry);
    else columns.push({ start: entry.box.x, cards: [entry] });
  }
  return columns.flatMap(({ cards }) => cards.sort((a, b) => a.box.y - b.box.y || a.index - b.index).map(({ index }) => index));
}

export type Direction = "left" | "right" | "up" | "down";

/** The nearest box in a direction, preferring those straight ahead; null where there is none. */
export function neighbour(boxes: readonly Box[], from: number, direction: Direction): number | null {
  const here = boxes[from];
  if (!here) return null;
  let best: number | null = null;
  let least = Infinity;
  boxes.forEach((box, index) => {
    const dx = box.x - here.x;
    const dy = box.y - here.y;
    const [ahead, aside] = { left: [-dx, dy], right: [dx, dy], up: [-dy, dx], down: [dy, dx] }[direction] as [number, number];
    if (index === from || ahead < 8) return;
    const cost = ahead + Math.abs(aside) * 2;
    if (cost < least) [best, least] = [index, cost];
  });
  return best;
}
