/** Where an edge's label stands on its curve: never on a card, nor on another label. */
import { pointAt, type Curve } from "./curve.ts";
import { overlap, type Box } from "./place.ts";

/** The label's middle, its place on the curve (0 to 1), and whether there is room beneath it for a second line (steps a second). */
export interface LabelSpot {
  readonly x: number;
  readonly y: number;
  readonly t: number;
  readonly double: boolean;
}

/** Parts of the curve tried in turn, the middle first. */
const TRIES = [0.5, 0.42, 0.58, 0.34, 0.66, 0.27, 0.73, 0.2, 0.8, 0.14, 0.86];

/** Clear space between a label and a card, in canvas units. */
const MARGIN = 3;

export const LABEL = { width: 34, height: 15, line: 14 } as const;

/** One spot a curve, in order; null where no place is free, and for curves that `wanted` leaves out. */
export function placeLabels(curves: readonly Curve[], wanted: readonly boolean[], cards: readonly Box[]): (LabelSpot | null)[] {
  const grid = new Grid(cards);
  return curves.map((curve, index) => {
    if (!wanted[index]) return null;
    for (const double of [true, false]) {
      for (const t of TRIES) {
        const { x, y } = pointAt(curve, t);
        const box = labelBox({ x, y, t, double });
        if (grid.free(box)) {
          grid.add(box, 1);
          return { x, y, t, double };
        }
      }
    }
    return null;
  });
}

/** The rectangle a label takes. */
export function labelBox({ x, y, double }: LabelSpot): Box {
  return { x: x - LABEL.width / 2, y: y - LABEL.height / 2, width: LABEL.width, height: LABEL.height + (double ? LABEL.line : 0) };
}

/** What stands where, in cells, so that a thousand edges are placed without looking at everything. */
class Grid {
  private readonly cells = new Map<string, { box: Box; margin: number }[]>();
  constructor(cards: readonly Box[]) {
    for (const card of cards) this.add(card, MARGIN);
  }
  add(box: Box, margin: number): void {
    for (const key of this.keys(box, margin)) this.cells.set(key, [...(this.cells.get(key) ?? []), { box, margin }]);
  }
  free(box: Box): boolean {
    return this.keys(box, 0).every((key) => !this.cells.get(key)?.some((other) => overlap(box, other.box, other.margin)));
  }
  private keys(box: Box, margin: number): string[] {
    const size = 128;
    const keys: string[] = [];
    for (let i = Math.floor((box.x - margin) / size); i <= Math.floor((box.x + box.width + margin) / size); i++) {
      for (let j = Math.floor((box.y - margin) / size); j <= Math.floor((box.y + box.height + margin) / size); j++) keys.push(`${i}:${j}`);
    }
    return keys;
  }
}
