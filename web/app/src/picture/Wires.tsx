/** All edges of the graph in one drawing, beneath the cards: quiet curves, arrows and probabilities. */
import { memo } from "react";
import { pathOf } from "./geometry/curve.ts";
import { LABEL } from "./geometry/labels.ts";
import type { Scene, SceneEdge } from "./geometry/scene.ts";

export const Wires = memo(function Wires({ scene, followed }: { scene: Scene; followed: ReadonlySet<string> }) {
  return (
    <svg className="dr-wires" aria-hidden>
      {scene.edges.map((edge) => <Wire key={edge.id} drawn={edge} />)}
      <g className="dr-wire-labels">
        {scene.edges.map((edge) => edge.label && <Label key={edge.id} drawn={edge} x={edge.label.x} y={edge.label.y} followed={followed.has(edge.id)} />)}
      </g>
    </svg>
  );
});

const Wire = memo(function Wire({ drawn }: { drawn: SceneEdge }) {
  const { curve, bold, never, edge } = drawn;
  return (
    <g className="dr-wire" data-never={never ? "yes" : undefined} data-edge={edge.uuid}>
      <path d={pathOf(curve)} strokeWidth={Math.round((1.2 + bold * 1.5) * 10) / 10} />
      <path className="dr-arrow" d={arrowAt(curve[6], curve[7], curve[6] - curve[4], curve[7] - curve[5])} />
    </g>
  );
});

const Label = memo(function Label({ drawn, x, y, followed }: { drawn: SceneEdge; x: number; y: number; followed: boolean }) {
  return (
    <g className="dr-wire-label" data-followed={followed ? "yes" : undefined}>
      <rect x={x - LABEL.width / 2} y={y - LABEL.height / 2} width={LABEL.width} height={LABEL.height} rx={3} />
      <text x={x} y={y + 3.6}>{drawn.text}{drawn.edge.conditional ? "*" : ""}</text>
    </g>
  );
});

/** A small triangle whose tip touches the card. */
function arrowAt(x: number, y: number, dx: number, dy: number): string {
  const length = Math.hypot(dx, dy) || 1;
  const [ux, uy] = [(dx / length) * 7, (dy / length) * 7];
  const [px, py] = [-uy * 0.55, ux * 0.55];
  const at = (value: number) => Math.round(value * 10) / 10;
  return `M${at(x)},${at(y)}L${at(x - ux + px)},${at(y - uy + py)}L${at(x - ux - px)},${at(y - uy - py)}Z`;
}
