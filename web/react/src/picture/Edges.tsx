/** The layer under the cards: edges with arrows and probabilities, jumps, frames and notes. */
import type { Hue } from "@dagnet-realtime/client/light";
import { amount } from "@dagnet-realtime/layer/staticLayer";
import { LABEL } from "@dagnet-realtime/layer/protocol";
import { memo } from "react";
import type { DrawnJump } from "./jumpEdges.ts";
import { routeAround, routePath } from "./routes.ts";
import type { Scene, SceneEdge } from "./scene.ts";
import type { EdgeHover } from "./useEdgeHover.ts";

interface EdgesProps {
  readonly scene: Scene;
  readonly followed: ReadonlyMap<string, Hue>;
  /** Edges that are selected or pointed out. */
  readonly chosen: ReadonlySet<string>;
  readonly touch: EdgeHover | null;
}

export const Edges = memo(function Wires({ scene, followed, chosen, touch }: EdgesProps) {
  return (
    <svg className="dr-wires" aria-hidden {...touch}>
      {scene.edges.map((edge) => <EdgeLine key={edge.id} drawn={edge} chosen={chosen.has(edge.id)} touched={touch !== null} />)}
      <g className="dr-wire-labels">
        {scene.edges.map((edge) => edge.label && <EdgeLabel key={edge.id} drawn={edge} x={edge.label.x} y={edge.label.y} hue={followed.get(edge.id)} />)}
      </g>
    </svg>
  );
});

const EdgeLine = memo(function Wire({ drawn, chosen, touched }: { drawn: SceneEdge; chosen: boolean; touched: boolean }) {
  const { route, bold, never, edge, label } = drawn;
  const width = Math.round((1.2 + bold * 1.5) * 10) / 10;
  const whole = routePath(route);
  const last = route.at(-1) ?? [0, 0, 0, 0, 0, 0, 0, 0];
  const ways = label && routeAround(route, label.t, LABEL.width / 2 - 1, LABEL.height / 2 + 1);
  return (
    <g className="dr-wire" data-never={never ? "yes" : undefined} data-chosen={chosen ? "yes" : undefined} data-edge={edge.uuid}>
      <path d={ways ? ways.beside : whole} strokeWidth={width} />
      {ways && <path className="dr-under" d={ways.under} strokeWidth={width} />}
      <path className="dr-arrow" d={arrowAt(last[6], last[7], last[6] - last[4], last[7] - last[5])} />
      {touched && <path className="dr-reach" d={whole} />}
    </g>
  );
});

const EdgeLabel = memo(function Label({ drawn, x, y, hue }: { drawn: SceneEdge; x: number; y: number; hue: Hue | undefined }) {
  return (
    <text className="dr-wire-label" data-hue={hue} x={x} y={y}>{drawn.text}{drawn.edge.conditional ? "*" : ""}</text>
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

/** `chosen` is the key of the selected one. */
export const JumpEdges = memo(function Ghosts({ ghosts, chosen, touch }: { ghosts: readonly DrawnJump[]; chosen: string | null; touch: EdgeHover | null }) {
  return (
    <svg className="dr-wires dr-ghosts" aria-hidden {...touch}>
      {ghosts.map(({ key, path, x, y, jump, says }) => {
        const text = `${amount(jump.count)}×`;
        const width = 14 + text.length * 9;
        return (
          <g key={key} data-jump={key} data-from={jump.from} data-to={jump.to} data-chosen={key === chosen ? "yes" : undefined}>
            {!touch && <title>{says}</title>}
            <path d={path} />
            {touch && <path className="dr-reach" d={path} />}
            <rect x={x - width / 2} y={y - 10} width={width} height={20} rx={10} />
            <text x={x} y={y}>{text}</text>
          </g>
        );
      })}
    </svg>
  );
});

export const Annotations = memo(function Annotations({ scene }: { scene: Scene }) {
  return (
    <div className="dr-annotations">
      {scene.frames.map(({ container, box }) => (
        <div key={container.id} className="dr-frame" style={{ left: box.x, top: box.y, width: box.width, height: box.height, "--dr-own": ownColour(container.colour) }}>
          <span>{container.label}</span>
        </div>
      ))}
      {scene.notes.map(({ postit, box }) => (
        <div key={postit.id} className="dr-note" style={{ left: box.x, top: box.y, width: box.width, height: box.height, "--dr-own": ownColour(postit.colour) }}>
          {plain(postit.text)}
        </div>
      ))}
    </div>
  );
});

declare module "react" {
  interface CSSProperties {
    "--dr-own"?: string;
  }
}

/** Only plain hex colours are taken from a file; anything else is the theme's grey. */
function ownColour(colour: string): string {
  return /^#[0-9a-f]{3,8}$/i.test(colour) ? colour : "var(--dr-text-3)";
}

/** Notes are markdown or editor HTML; their words are what matters here. */
function plain(text: string): string {
  return text.replace(/<[^>]*>/g, " ").replace(/[*_#`>]+/g, "").replace(/[ \t]+/g, " ").trim();
}
