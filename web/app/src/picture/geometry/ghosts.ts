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

/** The ghosts of a scene; jumps to nodes that it does not have are left out. */
export function ghostsOf(scene: Scene, jumps: readonly JumpEdge[]): Ghost[] {
  const most = [...jumps].sort((a, b) => b.count - a.count).slice(0, MOST_GHOSTS);
  return most.flatMap((jump) => {
    const from = scene.nodes[scene.nodeIndex.get(jump.from) ?? -1];
    const to = scene.nodes[scene.nodeIndex.get(jump.to) ?? -1];
    if (!from || !to || from === to) return [];
    const curve = ghostCurve(from.box, to.box);
    const says = `Jump from ${from.node.label} to ${to.node.label}: ${jump.count} steps of ${jump.traces} traces. ${jump.advice}`.trim();
    return [{ key: `${jump.from}>${jump.to}`, path: pathOf(curve), ...pointAt(curve, 0.5), jump, says }];
  });
}

/** The curve of a jump: over the tops of cards in a row, else from the side that looks at the other card. */
export function ghostCurve(from: Box, to: Box): Curve {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const level = Math.abs(dy) < from.height;
  if (level) return bow(port(from, "top", dx > 0 ? 24 : -24), port(to, "top", dx > 0 ? -24 : 24), Math.min(150, 46 + Math.abs(dx) * 0.14));
  if (Math.abs(dx) < from.width) return curveBetween(port(from, dy > 0 ? "bottom" : "top", 30), port(to, dy > 0 ? "top" : "bottom", 30));
  return curveBetween(port(from, dy > 0 ? "bottom" : "top", dx > 0 ? 40 : -40), port(to, dx > 0 ? "left" : "right", dy > 0 ? -20 : 20));
}

function bow(a: Port, b: Port, height: number): Curve {
  const lean = (b.x - a.x) * 0.15;
  return [a.x, a.y, a.x + lean, a.y - height, b.x - lean, b.y - height, b.x, b.y];
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
