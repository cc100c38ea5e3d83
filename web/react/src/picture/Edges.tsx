/** The layer under the cards: edges with arrows and probabilities, jumps, frames and notes. */
import type { Hue } from "@dagnet-realtime/client/light";
import { amount } from "@dagnet-realtime/layer/staticLayer";
import type { Box } from "@dagnet-realtime/layer/curve";
import { FULL_FROM } from "@dagnet-realtime/layer/detail";
import { LABEL } from "@dagnet-realtime/layer/protocol";
import { memo, useCallback, useMemo, useState } from "react";
import type { DrawnJump } from "./jumpEdges.ts";
import { type Route, routeAround, routePath } from "./routes.ts";
import { boundsOf, type Scene, type SceneEdge } from "./scene.ts";
import { overlap } from "./spacing.ts";
import type { EdgeHover } from "./useEdgeHover.ts";
import { type CameraState, useView, viewOf, widened, within } from "./view.ts";

interface EdgesProps {
  readonly scene: Scene;
  readonly followed: ReadonlyMap<string, Hue>;
  /** Edges that are selected or pointed out. */
  readonly chosen: ReadonlySet<string>;
  readonly touch: EdgeHover | null;
}

/** Graphs of more edges draw those one by one that are in view, and the others in blocks. */
const MANY = 300;

export const Edges = memo(function Edges(props: EdgesProps) {
  return props.scene.edges.length > MANY ? <ManyEdges {...props} /> : <Wires {...props} edges={props.scene.edges} />;
});

function Wires({ edges, followed, chosen, touch }: Omit<EdgesProps, "scene"> & { readonly edges: readonly SceneEdge[] }) {
  return (
    <svg className="dr-wires" aria-hidden {...touch}>
      {edges.map((edge) => <EdgeLine key={edge.id} drawn={edge} chosen={chosen.has(edge.id)} touched={touch !== null} />)}
      <g className="dr-wire-labels">
        {edges.map((edge) => edge.label && <EdgeLabel key={edge.id} drawn={edge} x={edge.label.x} y={edge.label.y} hue={followed.get(edge.id)} />)}
      </g>
    </svg>
  );
}

/** Edges of a block: few elements, and few points to draw again where the picture changes. */
const BLOCK = 150;
/** So far out of view edges are drawn one by one too, if they are not many: shares of the view. */
const BESIDE = [0.5, 0.2, 0] as const;

/** The edges that are drawn one by one: those that touch `view`. */
interface Near {
  readonly view: Box;
  readonly ids: ReadonlySet<string>;
}

/** An edge of its own can be pointed at and has its label; from afar neither can be told apart, and
 * a thousand of them would cost a second.
 */
function ManyEdges({ scene, ...props }: EdgesProps) {
  const { edges } = scene;
  const { chosen } = props;
  const [near, setNear] = useState<Near | null>(null);
  const [left, setLeft] = useState(true);
  const look = useCallback((camera: CameraState) => {
    const found = nearest(edges, camera);
    setNear((before) => (before !== null && found !== null && sameBox(before.view, found.view) && before.ids.size === found.ids.size && [...found.ids].every((id) => before.ids.has(id)) ? before : found));
    setLeft(found === null);
  }, [edges]);
  const moved = useCallback((camera: CameraState) => { setLeft(near === null || !within(viewOf(camera), near.view)); }, [near]);
  useView(look, moved);
  const blocks = useMemo(() => Array.from({ length: Math.ceil(edges.length / BLOCK) }, (_, i) => edges.slice(i * BLOCK, (i + 1) * BLOCK)), [edges]);
  const own = useMemo(() => edges.filter(({ id }) => chosen.has(id) || near?.ids.has(id) === true), [edges, chosen, near]);
  return (
    <>
      {left && (
        <svg className="dr-wires" aria-hidden>
          {blocks.map((block, i) => <EdgeBlock key={i} edges={block} />)}
        </svg>
      )}
      <Wires {...props} edges={own} />
    </>
  );
}

/** The edges in view and beside it; null if they are too many to be told apart. */
function nearest(edges: readonly SceneEdge[], camera: CameraState): Near | null {
  for (const share of BESIDE) {
    const view = widened(viewOf(camera), share);
    const ids = edges.filter((edge) => overlap(view, reachOf(edge))).map(({ id }) => id);
    if (ids.length <= MANY || (share === 0 && camera.transform[2] >= FULL_FROM)) return { view, ids: new Set(ids) };
  }
  return null;
}

function sameBox(a: Box, b: Box): boolean {
  return a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;
}

const REACHES = new WeakMap<SceneEdge, Box>();

/** The rectangle around the curves of an edge and its label. */
function reachOf(edge: SceneEdge): Box {
  const known = REACHES.get(edge);
  if (known) return known;
  const points = edge.route.flatMap((curve) => [0, 2, 4, 6].map((at) => ({ x: curve[at] ?? 0, y: curve[at + 1] ?? 0, width: 0, height: 0 })));
  const reach = boundsOf(points);
  REACHES.set(edge, reach);
  return reach;
}

/** Many edges as few paths, one a style. */
const EdgeBlock = memo(function EdgeBlock({ edges }: { readonly edges: readonly SceneEdge[] }) {
  const lines = new Map<string, { readonly never: boolean; readonly width: number; path: string }>();
  let arrows = "";
  for (const { route, bold, never } of edges) {
    // Widths in halves of a pixel: finer ones are not told apart from here.
    const width = Math.round(widthOf(bold) * 2) / 2;
    const key = `${width} ${String(never)}`;
    const line = lines.get(key) ?? { never, width, path: "" };
    line.path += routePath(route);
    lines.set(key, line);
    arrows += arrowOf(route);
  }
  return (
    <>
      {[...lines].map(([key, { never, width, path }]) => <g key={key} className="dr-wire" data-never={never ? "yes" : undefined}><path d={path} strokeWidth={width} /></g>)}
      <g className="dr-wire"><path className="dr-arrow" d={arrows} /></g>
    </>
  );
}, (before, after) => before.edges.length === after.edges.length && before.edges.every((edge, i) => edge === after.edges[i]));

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

const EdgeLabel = memo(function Label({ drawn, x, y, hue }: { drawn: SceneEdge; x: number; y: number; hue: Hue | undefined }) {
  return (
    <text className="dr-wire-label" data-hue={hue} x={x} y={y}>{drawn.text}{drawn.edge.conditional ? "*" : ""}</text>
  );
});

/** The width of an edge, in canvas units, by its probability. */
function widthOf(bold: number): number {
  return Math.round((1.2 + bold * 1.5) * 10) / 10;
}

/** A small triangle whose tip touches the card. */
function arrowOf(route: Route): string {
  const [, , , , fromX, fromY, x, y] = route.at(-1) ?? [0, 0, 0, 0, 0, 0, 0, 0];
  const [dx, dy] = [x - fromX, y - fromY];
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

/** Where cards will stand, until they are all on the page. */
export const CardPlaces = memo(function CardPlaces({ nodes }: Pick<Scene, "nodes">) {
  return <svg className="dr-wires" aria-hidden><path className="dr-places" d={nodes.map(({ box: { x, y, width, height } }) => `M${x},${y}h${width}v${height}h${-width}z`).join("")} /></svg>;
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
