/** Jumps as dashed edges: the way around the cards, and the place of the count. */
import type { JumpEdge } from "./types.ts";
import { type Box, type Curve, inside, jumpCurve, pathOf, pointAt } from "@dagnet-realtime/layer/curve";
import type { Scene } from "./scene.ts";

/** A jump as it is drawn. `key` names its two ends. */
export interface DrawnJump {
  readonly key: string;
  readonly path: string;
  readonly x: number;
  readonly y: number;
  readonly jump: JumpEdge;
  readonly says: string;
}

/** Jumps drawn at most, the most frequent first. */
const MOST_JUMPS = 40;

/** The ghosts of a scene; jumps to nodes that it does not have are left out. */
export function drawJumps(scene: Scene, jumps: readonly JumpEdge[]): DrawnJump[] {
  const cards = scene.nodes.map(({ box }) => box);
  const most = [...jumps].sort((a, b) => b.count - a.count).slice(0, MOST_JUMPS);
  return most.flatMap((jump) => {
    const from = scene.nodes[scene.nodeIndex.get(jump.from) ?? -1];
    const to = scene.nodes[scene.nodeIndex.get(jump.to) ?? -1];
    if (!from || !to || from === to) return [];
    const curve = jumpCurve(from.box, to.box, cards);
    const says = `Unexpected step from ${from.node.label} to ${to.node.label}: ${jump.count} steps of ${jump.traces} traces. ${jump.advice}`.trim();
    return [{ key: `${jump.from}>${jump.to}`, path: pathOf(curve), ...clearSpot(curve, cards), jump, says }];
  });
}

/** Where the count stands: as near the middle as no card is. */
function clearSpot(curve: Curve, cards: readonly Box[]): { x: number; y: number } {
  const spots = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82].map((t) => pointAt(curve, t));
  return spots.find(({ x, y }) => !cards.some((card) => inside(card, x, y, 26))) ?? pointAt(curve, 0.5);
}
