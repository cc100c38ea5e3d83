/** Ghost edges: the ways that traces jump, between the faces that look at one another, with their counts. */
import type { JumpEdge } from "../contract.ts";
import { curveBetween, pathOf, pointAt, type Curve, type Port } from "./curve.ts";
import type { Box } from "./place.ts";
import type { Scene } from "./scene.ts";

/** A jump as it is drawn. `key` names its two ends. */
export interface Ghost {
  readonly key: string;
  readonly path: string;
  readonly x: number;
  readonly y: number;
  readonly jump: JumpEdge;
  readonly says: string;
}

/** Jumps drawn at most, the most frequent first. */
const MOST_GHOSTS = 40;
/** Room a ghost keeps from cards that it passes. */
const CLEAR = 10;

/** The ghosts of a scene; jumps to nodes that it does not have are left out. */
export function ghostsOf(scene: Scene, jumps: readonly JumpEdge[]): Ghost[] {
  const cards = scene.nodes.map(({ box }) => box);
  const most = [...jumps].sort((a, b) => b.count - a.count).slice(0, MOST_GHOSTS);
  return most.flatMap((jump) => {
    const from = scene.nodes[scene.nodeIndex.get(jump.from) ?? -1];
    const to = scene.nodes[scene.nodeIndex.get(jump.to) ?? -1];
    if (!from || !to || from === to) return [];
    const curve = ghostCurve(from.box, to.box, cards);
    const says = `Jump from ${from.node.label} to ${to.node.label}: ${jump.count} steps of ${jump.traces} traces. ${jump.advice}`.trim();
    return [{ key: `${jump.from}>${jump.to}`, path: pathOf(curve), ...clearSpot(curve, cards), jump, says }];
  });
}

/** The curve of a jump: of the ways round, the one that passes behind the fewest cards, and of those the shortest. */
export function ghostCurve(from: Box, to: Box, cards: readonly Box[]): Curve {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const lean = dx > 0 ? 24 : -24;
  const reach = Math.min(170, 46 + Math.abs(dx) * 0.16);
  const down = dy > 0;
  const ways: Curve[] = [
    bow(port(from, "top", lean), port(to, "top", -lean), -reach),
    bow(port(from, "bottom", lean), port(to, "bottom", -lean), reach),
    curveBetween(port(from, dx > 0 ? "right" : "left", down ? 20 : -20), port(to, dx > 0 ? "left" : "right", down ? -20 : 20)),
    curveBetween(port(from, down ? "bottom" : "top", lean), port(to, dx > 0 ? "left" : "right", down ? -20 : 20)),
    curveBetween(port(from, dx > 0 ? "right" : "left", down ? 20 : -20), port(to, down ? "top" : "bottom", -lean)),
    curveBetween(port(from, down ? "bottom" : "top", 30), port(to, down ? "top" : "bottom", 30)),
  ];
  const costs = ways.map((curve) => costOf(curve, from, to, cards));
  return ways[costs.indexOf(Math.min(...costs))] ?? (ways[0] as Curve);
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

function inside(card: Box, x: number, y: number, margin: number): boolean {
  return x > card.x - margin && x < card.x + card.width + margin && y > card.y - margin && y < card.y + card.height + margin;
}

/** Where the count stands: as near the middle as no card is. */
function clearSpot(curve: Curve, cards: readonly Box[]): { x: number; y: number } {
  const spots = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82].map((t) => pointAt(curve, t));
  return spots.find(({ x, y }) => !cards.some((card) => inside(card, x, y, 26))) ?? pointAt(curve, 0.5);
}

/** Up and over, or down and under where `height` is positive. */
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
