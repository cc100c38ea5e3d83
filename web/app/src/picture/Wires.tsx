/** All edges of the graph in one drawing, beneath the cards: quiet curves, arrows and probabilities. */
import { memo } from "react";
import type { Hue } from "./contract.ts";
import { pathAround, pathOf } from "./geometry/curve.ts";
import { LABEL } from "./geometry/labels.ts";
import type { Scene, SceneEdge } from "./geometry/scene.ts";
import type { Touch } from "./useTouch.ts";

interface WiresProps {
  readonly scene: Scene;
  readonly followed: ReadonlyMap<string, Hue>;
  /** Edges that are selected or pointed out. */
  readonly chosen: ReadonlySet<string>;
  readonly touch: Touch | null;
}

export const Wires = memo(function Wires({ scene, followed, chosen, touch }: WiresProps) {
  return (
    <svg className="dr-wires" aria-hidden {...touch}>
      {scene.edges.map((edge) => <Wire key={edge.id} drawn={edge} chosen={chosen.has(edge.id)} touched={touch !== null} />)}
      <g className="dr-wire-labels">
        {scene.edges.map((edge) => edge.label && <Label key={edge.id} drawn={edge} x={edge.label.x} y={edge.label.y} hue={followed.get(edge.id)} />)}
      </g>
    </svg>
  );
});

const Wire = memo(function Wire({ drawn, chosen, touched }: { drawn: SceneEdge; chosen: boolean; touched: boolean }) {
  const { curve, bold, never, edge, label } = drawn;
  const width = Math.round((1.2 + bold * 1.5) * 10) / 10;
  const ways = label && pathAround(curve, label.t, LABEL.width / 2 - 1, LABEL.height / 2 + 1);
  return (
    <g className="dr-wire" data-never={never ? "yes" : undefined} data-chosen={chosen ? "yes" : undefined} data-edge={edge.uuid}>
      <path d={ways ? ways.beside : pathOf(curve)} strokeWidth={width} />
      {ways && <path className="dr-under" d={ways.under} strokeWidth={width} />}
      <path className="dr-arrow" d={arrowAt(curve[6], curve[7], curve[6] - curve[4], curve[7] - curve[5])} />
      {touched && <path className="dr-reach" d={pathOf(curve)} />}
    </g>
  );
});

const Label = memo(function Label({ drawn, x, y, hue }: { drawn: SceneEdge; x: number; y: number; hue: Hue | undefined }) {
  return (
    <text className="dr-wire-label" data-hue={hue} x={x} y={y + 3.6}>{drawn.text}{drawn.edge.conditional ? "*" : ""}</text>
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
