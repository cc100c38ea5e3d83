/** Edges drawn one by one: line, arrow, probability, and what the pointer reaches. */
import type { Hue } from "@dagnet-realtime/client/light";
import { LABEL } from "@dagnet-realtime/layer/protocol";
import { memo, useSyncExternalStore } from "react";
import { type Route, routeAround, routePath } from "./routes.ts";
import type { Scene, SceneEdge } from "./scene.ts";
import type { EdgeHover } from "./useEdgeHover.ts";

export interface EdgesProps {
  readonly scene: Scene;
  readonly followed: FollowedEdges;
  /** Edges that are selected or pointed out. */
  readonly chosen: ReadonlySet<string>;
  readonly touch: EdgeHover | null;
}

/** The hues of the edges on followed paths. A trace moves many times a second: only the labels of
 * the edges that it comes to or leaves are rendered again then.
 */
export class FollowedEdges {
  private hues: ReadonlyMap<string, Hue> = new Map();
  private readonly listeners = new Set<() => void>();

  readonly hue = (edge: string): Hue | undefined => this.hues.get(edge);

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => { this.listeners.delete(listener); };
  };

  show(hues: ReadonlyMap<string, Hue>): void {
    this.hues = hues;
    for (const listener of this.listeners) listener();
  }
}

/** Graphs of more edges draw those one by one that are in view, and the others in blocks. */
export const MANY = 300;

export function Wires({ edges, followed, chosen, touch }: Omit<EdgesProps, "scene"> & { readonly edges: readonly SceneEdge[] }) {
  return (
    <svg className="dr-wires" aria-hidden {...touch}>
      {edges.map((edge) => <EdgeLine key={edge.id} drawn={edge} chosen={chosen.has(edge.id)} touched={touch !== null} />)}
      <g className="dr-wire-labels">
        {edges.map((edge) => edge.label && <EdgeLabel key={edge.id} drawn={edge} x={edge.label.x} y={edge.label.y} followed={followed} />)}
      </g>
    </svg>
  );
}

const EdgeLine = memo(function Wire({ drawn, chosen, touched }: { drawn: SceneEdge; chosen: boolean; touched: boolean }) {
  const { route, bold, never, edge, label } = drawn;
  const width = widthOf(bold);
  const whole = routePath(route);
  const ways = label && routeAround(route, label.t, LABEL.width / 2 - 1, LABEL.height / 2 + 1);
  return (
    <g className="dr-wire" data-never={never ? "yes" : undefined} data-chosen={chosen ? "yes" : undefined} data-edge={edge.uuid}>
      <path d={ways ? ways.beside : whole} strokeWidth={width} />
      {ways && <path className="dr-under" d={ways.under} strokeWidth={width} />}
      <path className="dr-arrow" d={arrowOf(route)} />
      {touched && <path className="dr-reach" d={whole} />}
    </g>
  );
});

const EdgeLabel = memo(function Label({ drawn, x, y, followed }: { drawn: SceneEdge; x: number; y: number; followed: FollowedEdges }) {
  const hue = useSyncExternalStore(followed.subscribe, () => followed.hue(drawn.id));
  return (
    <text className="dr-wire-label" data-hue={hue} x={x} y={y}>{drawn.text}{drawn.edge.conditional ? "*" : ""}</text>
  );
});

/** The width of an edge, in canvas units, by its probability. */
export function widthOf(bold: number): number {
  return Math.round((1.2 + bold * 1.5) * 10) / 10;
}

/** A small triangle whose tip touches the card. */
export function arrowOf(route: Route): string {
  const [, , , , fromX, fromY, x, y] = route.at(-1) ?? [0, 0, 0, 0, 0, 0, 0, 0];
  const [dx, dy] = [x - fromX, y - fromY];
  const length = Math.hypot(dx, dy) || 1;
  const [ux, uy] = [(dx / length) * 7, (dy / length) * 7];
  const [px, py] = [-uy * 0.55, ux * 0.55];
  const at = (value: number) => Math.round(value * 10) / 10;
  return `M${at(x)},${at(y)}L${at(x - ux + px)},${at(y - uy + py)}L${at(x - ux - px)},${at(y - uy - py)}Z`;
}
