/** Where edges touch their cards, and where their labels stand. */
import { LABEL } from "@dagnet-realtime/layer/protocol";
import type { Box, Face, Port } from "@dagnet-realtime/layer/curve";
import { type Route, routeAt } from "./routes.ts";
import { overlap } from "./spacing.ts";

/** An edge between two cards, by index into the boxes. */
export interface AnchoredEdge {
  readonly source: number;
  readonly target: number;
  readonly sourceFace: Face;
  readonly targetFace: Face;
}

/** Most room between two edges on one face, and what stays free at its ends, in canvas units. */
const SPREAD = 17;
const END = 16;

/** Both ports of every link, in order; a link to a missing box is an error of the caller and gets
 * the box's corner at 0, 0.
 */
export function anchorsOf(links: readonly AnchoredEdge[], boxes: readonly Box[]): { from: Port; to: Port }[] {
  const faces = new Map<string, { link: number; out: boolean; lean: number }[]>();
  links.forEach((link, index) => {
    add(link.source, link.sourceFace, link.target, index, true);
    add(link.target, link.targetFace, link.source, index, false);
  });
  const ends = links.map(() => ({ from: null as Port | null, to: null as Port | null }));
  for (const [key, list] of faces) {
    const [node, face] = key.split(" ") as [string, Face];
    const box = boxes[Number(node)] ?? { x: 0, y: 0, width: 0, height: 0 };
    const length = face === "left" || face === "right" ? box.height : box.width;
    const gap = Math.min(SPREAD, (length - END * 2) / Math.max(1, list.length - 1));
    list.sort((a, b) => a.lean - b.lean || a.link - b.link);
    list.forEach(({ link, out }, i) => {
      const end = ends[link];
      if (!end) return;
      const port = portAt(box, face, (i - (list.length - 1) / 2) * gap);
      if (out) end.from = port;
      else end.to = port;
    });
  }
  const nowhere: Port = { x: 0, y: 0, face: "right" };
  return ends.map(({ from, to }) => ({ from: from ?? nowhere, to: to ?? nowhere }));

  function add(node: number, face: Face, other: number, link: number, out: boolean) {
    const a = boxes[node];
    const b = boxes[other];
    const lean = !a || !b ? 0 : slope(face, b.x + b.width / 2 - a.x - a.width / 2, b.y + b.height / 2 - a.y - a.height / 2);
    const key = `${node} ${face}`;
    const ends = faces.get(key);
    if (ends) ends.push({ link, out, lean });
    else faces.set(key, [{ link, out, lean }]);
  }
}

/** The angle of the other end, rising along the face, so that edges do not cross at the card. */
function slope(face: Face, dx: number, dy: number): number {
  switch (face) {
    case "right":
      return Math.atan2(dy, Math.max(dx, 1));
    case "left":
      return Math.atan2(dy, Math.max(-dx, 1));
    case "top":
      return Math.atan2(dx, Math.max(-dy, 1));
    case "bottom":
      return Math.atan2(dx, Math.max(dy, 1));
  }
}

function portAt(box: Box, face: Face, offset: number): Port {
  const midX = box.x + box.width / 2;
  const midY = box.y + box.height / 2;
  switch (face) {
    case "left":
      return { face, x: box.x, y: midY + offset };
    case "right":
      return { face, x: box.x + box.width, y: midY + offset };
    case "top":
      return { face, x: midX + offset, y: box.y };
    case "bottom":
      return { face, x: midX + offset, y: box.y + box.height };
  }
}

/** The label's middle, its place on the route (0 to 1), and whether there is room beneath it for a
 * second line (steps a second).
 */
export interface LabelSpot {
  readonly x: number;
  readonly y: number;
  readonly t: number;
  readonly double: boolean;
}

/** Parts of the route tried in turn, the middle first. */
const TRIES = [0.5, 0.42, 0.58, 0.34, 0.66, 0.27, 0.73, 0.2, 0.8, 0.14, 0.86];

/** Clear space between a label and a card, in canvas units. */
const MARGIN = 3;

/** One spot for each route, in order; null if no place is free or `wanted` leaves it out. */
export function placeLabels(routes: readonly Route[], wanted: readonly boolean[], cards: readonly Box[]): (LabelSpot | null)[] {
  const labels = new Labels(cards);
  return routes.map((route, index) => (wanted[index] ? labels.place(route) : null));
}

/** Places labels one after the other, clear of cards and of those before. */
export class Labels {
  private readonly grid: Grid;

  constructor(cards: readonly Box[]) {
    this.grid = new Grid(cards);
  }

  /** The spot on a route; null if no place is free. */
  place(route: Route): LabelSpot | null {
    for (const double of [true, false]) {
      for (const t of TRIES) {
        const { x, y } = routeAt(route, t);
        const box = labelBox({ x, y, t, double });
        if (this.grid.free(box)) {
          this.grid.add(box, 1);
          return { x, y, t, double };
        }
      }
    }
    return null;
  }
}

/** The rectangle a label takes. */
export function labelBox({ x, y, double }: LabelSpot): Box {
  return { x: x - LABEL.width / 2, y: y - LABEL.height / 2, width: LABEL.width, height: LABEL.height + (double ? LABEL.line : 0) };
}

/** A grid of what is placed, so that a thousand edges are placed without looking at all of it. */
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
