/** The edges of a large graph: those in view one by one if they can be told apart, and the others
 * in blocks.
 */
import type { Box } from "@dagnet-realtime/layer/curve";
import { FULL_FROM } from "@dagnet-realtime/layer/detail";
import { memo, useCallback, useMemo, useState } from "react";
import { arrowOf, type EdgesProps, MANY, widthOf, Wires } from "./EdgeLines.tsx";
import { routePath } from "./routes.ts";
import { boundsOf, type SceneEdge } from "./scene.ts";
import { overlap } from "./spacing.ts";
import { type CameraState, useView, viewOf, widened, within } from "./view.ts";

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
export function ManyEdges({ scene, ...props }: EdgesProps) {
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
