/** The picture: DagNet's graph under React Flow, and one canvas over it that draws all light. */
import type { RenderReport } from "@dagnet-realtime/layer/protocol";
import { Background, BackgroundVariant, ReactFlow, ReactFlowProvider, useReactFlow, useStore, useStoreApi, ViewportPortal } from "@xyflow/react";
import { type KeyboardEvent, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useSame } from "../hooks.ts";
import { lazyPart } from "../kit/lazyPart.tsx";
import { afterFrame } from "../kit/turns.ts";
import { SCOPE } from "../scope.ts";
import "../styles/tokens.css";
import "../styles/base.css";
import { Card, type CardNode } from "./Card.tsx";
import { Annotations, CardPlaces, Edges } from "./Edges.tsx";
import { FollowedEdges } from "./EdgeLines.tsx";
import { facesOf } from "./cardFace.ts";
import { useCardWindow } from "./cardWindow.ts";
import { Cards, write } from "./cardWriter.ts";
import "./react-flow.css";
import "./picture.css";
import { SMALL } from "./placement.ts";
import { neighbour, type Scene } from "./scene.ts";
import type { PictureControls, PictureProps } from "./types.ts";
import { useEdgeHover } from "./useEdgeHover.ts";
import { LEAST_ZOOM, useFitView, useFollowView, useSelection, wholeIn } from "./useFitView.ts";
import { useLightCanvas } from "./useLightCanvas.ts";
import { isSlow, useScene } from "./useScene.ts";

const Legend = lazyPart(async () => (await import("./Legend.tsx")).Legend, () => null);
const Zoom = lazyPart(async () => (await import("./Zoom.tsx")).Zoom, () => null);
const Minimap = lazyPart(async () => (await import("./Minimap.tsx")).Minimap, () => null);
const JumpEdges = lazyPart(async () => (await import("./Ghosts.tsx")).JumpEdges, () => null);
const FarNames = lazyPart(async () => (await import("./FarNames.tsx")).FarNames, () => null);

const NODE_TYPES = { card: Card };
const NO_EDGES: [] = [];
/** Graphs with more nodes have a map, others once they are zoomed into. */
const MAP_FROM = 60;
/** Below this zoom cards may be too small for their names. */
const FAR = 0.6;
/** Cards mounted at once and drawn before others come, so that the page goes on while thousands
 * do.
 */
const BATCH = 120;
const ARROWS = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" } as const;

/** Draws a graph and its light. Fills its parent; needs no other provider, and brings its styles'
 * scope, with `theme`.
 */
export function Picture(props: PictureProps) {
  const [root, setRoot] = useState<HTMLDivElement | null>(null);
  const { theme, stale, frozen, paused, filter, large, children } = props;
  return (
    <div className={`${SCOPE} dr-fill`} data-theme={theme}>
      <div ref={setRoot} className="dr-picture" data-stale={stale ? "yes" : undefined} data-frozen={frozen ? "yes" : undefined} data-paused={paused ? "yes" : undefined} data-filtered={filter ? "yes" : undefined} data-large={large ? "yes" : undefined}>
        {root && <Arranged {...props} root={root} />}
        {children && <div className="dr-over">{children}</div>}
      </div>
    </div>
  );
}

/** Waits for the picture's element, whose size the scene is made for. */
function Arranged(props: PictureProps & { root: HTMLElement }) {
  const { graph, root, large } = props;
  const scene = useScene(graph, root, large === true);
  if (scene) return <ReactFlowProvider key={graph.name}><Stage {...props} scene={scene} /></ReactFlowProvider>;
  return isSlow(graph) ? <p className="dr-arranging" role="status">Arranging {graph.nodes.length} nodes…</p> : null;
}

function Stage(props: PictureProps & { scene: Scene; root: HTMLElement }) {
  const { scene, root, graph, selected, onSelect, followed, jumps, light, figures = "rates", motion, large, selectedEdge: way = null, highlight: pointed = null } = props;
  const flow = useReactFlow();
  useLastingStore();
  const [cards] = useState(() => new Cards());
  const manner = useRef<HTMLElement | null>(null);
  const said = useRef(mannerText(AT_FIRST));
  const percent = useRef<HTMLElement | null>(null);
  const faces = useMemo(() => facesOf(graph), [graph]);
  const canvas = useLightCanvas({
    scene, props, root, faces,
    onReport: (report) => { write(manner.current, said.current = mannerText(report)); },
    onZoom: (zoom) => { write(percent.current, `${Math.round(zoom * 100)}%`); },
  }, cards);
  const fit = useFitView(scene, large === true, motion === "reduced");
  const { nodes: places } = scene;
  const shown = useGrowing(places.length);
  const cardWindow = useCardWindow(scene, cards, shown);

  const cardNodes = useMemo(() => {
    return places.flatMap(({ node, box }): CardNode[] => {
      const face = faces.get(node.uuid);
      if (!face) return [];
      return [{ id: node.uuid, type: "card", position: { x: box.x, y: box.y }, width: box.width, height: box.height, measured: box, handles: [], data: { uuid: node.uuid, face, cards, cardWindow }, ariaRole: "button", domAttributes: { "aria-roledescription": "node" } }];
    });
  }, [places, faces, cards, cardWindow]);
  useFollowView(followed, fit);
  const chosen = useSelection(scene, { selected, selectedEdge: way, highlight: pointed }, fit);
  const nodes = useMemo(
    () => cardNodes.slice(0, shown).map((node) => (chosen.nodes.has(node.id) ? { ...node, selected: true, domAttributes: { ...node.domAttributes, "aria-pressed": true } } : node)),
    [cardNodes, shown, chosen],
  );
  const touch = useEdgeHover(props, root);
  const [ways] = useState(() => new FollowedEdges());
  useEffect(() => { ways.show(new Map([...followed].reverse().flatMap(({ steps, hue }) => steps.flatMap(({ edges }) => edges.map((edge) => [edge, hue] as const))))); }, [ways, followed]);

  const moveByHand = useCallback(() => { fit.onMove("map"); }, [fit]);
  const { width, height } = useStore(sizeOf, sameSize);
  const whole = useMemo(() => (width > 0 && height > 0 ? wholeIn(scene, width, height, large).zoom : 1), [scene, width, height, large]);
  const mapped = useStore((state) => places.length > MAP_FROM || state.transform[2] > whole * 1.05);
  // The names of a small graph float as soon as cards shrink.
  const far = useStore((state) => state.transform[2] < (places.length <= SMALL ? 1 : FAR));
  const onPath = useSame(useMemo(() => [...new Set(followed.flatMap(({ steps }) => steps.map(({ node }) => node)))].sort(), [followed]));
  const heads = useMemo(() => followed.flatMap(({ head }) => head ?? []), [followed]);

  const [active, setActive] = useState(false);
  const showActive = useCallback((only: boolean) => {
    setActive(only);
    if (only) fit.show(cards.active(), true);
    else fit.fit();
  }, [fit, cards]);
  useEffect(() => { root.toggleAttribute("data-active-only", active); }, [root, active]);
  const { onControls } = props;
  const controls = useRef<PictureControls>(null);
  useEffect(() => {
    controls.current = {
      fit: fit.fit, activeOnly: () => active, setActiveOnly: showActive,
      goTo: (uuid) => {
        fit.goTo(uuid);
        root.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(uuid)}"]`)?.focus({ preventScroll: true });
      },
    };
  });
  useEffect(() => {
    onControls?.({ fit: () => controls.current?.fit(), activeOnly: () => controls.current?.activeOnly() === true, setActiveOnly: (only) => controls.current?.setActiveOnly(only), goTo: (node) => controls.current?.goTo(node) });
    return () => { onControls?.(null); };
  }, [onControls]);

  // Another handler would make React Flow render every node again.
  const choose = useRef(onSelect);
  useEffect(() => { choose.current = onSelect; });
  const onNodeClick = useCallback((_: unknown, node: { readonly id: string }) => { choose.current(node.id); }, []);
  const onPaneClick = useCallback(() => { choose.current(null); }, []);
  const onKeyDown = useCallback((event: KeyboardEvent<HTMLElement>) => {
    const uuid = event.target instanceof HTMLElement && event.target.classList.contains("react-flow__node") ? event.target.dataset["id"] : undefined;
    if (uuid === undefined) return;
    if (event.key === "Enter") {
      event.preventDefault();
      choose.current(uuid);
    } else if (event.key in ARROWS) {
      event.preventDefault();
      const next = neighbour(scene.nodes.map(({ box }) => box), scene.nodeIndex.get(uuid) ?? -1, ARROWS[event.key as keyof typeof ARROWS]);
      const id = next === null ? undefined : scene.nodes[next]?.node.uuid;
      for (const card of root.querySelectorAll<HTMLElement>(".react-flow__node")) if (card.dataset["id"] === id) card.focus();
    }
  }, [scene, root]);
  const onFocus = useCallback((event: { target: EventTarget }) => {
    const uuid = event.target instanceof HTMLElement && event.target.matches(".react-flow__node:focus-visible") ? event.target.dataset["id"] : undefined;
    if (uuid !== undefined) fit.reveal(uuid);
  }, [fit]);

  const hues = useSame(useMemo(() => [...new Set(followed.map(({ hue }) => hue))], [followed]));

  // The same element while only traces move: React Flow compares all that it is given.
  const drawing = useMemo(() => (
    <ReactFlow
      nodes={nodes} edges={NO_EDGES} nodeTypes={NODE_TYPES} onKeyDown={onKeyDown} onFocus={onFocus}
      onNodeClick={onNodeClick} onPaneClick={onPaneClick} onMoveStart={fit.onMove} onMoveEnd={fit.onMove} onInit={fit.onInit}
      minZoom={LEAST_ZOOM} maxZoom={large ? 16 : 4} nodesDraggable={false} nodesConnectable={false} edgesFocusable={false} elementsSelectable nodesFocusable disableKeyboardA11y
      zoomOnDoubleClick={false} deleteKeyCode={null} selectionKeyCode={null} multiSelectionKeyCode={null} panActivationKeyCode={null} zoomActivationKeyCode={null}
      attributionPosition="bottom-left" aria-label={`Graph ${graph.title || graph.name}`}
    >
      <Background variant={BackgroundVariant.Dots} gap={22} size={1.5} color="var(--dr-grid)" />
      <ViewportPortal>
        <Annotations scene={scene} />
        {shown < places.length && <CardPlaces nodes={places} />}
        <Edges scene={scene} followed={ways} chosen={chosen.edges} touch={touch} />
        {jumps.length > 0 && <Suspense fallback={null}><JumpEdges scene={scene} jumps={jumps} chosen={chosen.jump} touch={touch} /></Suspense>}
      </ViewportPortal>
    </ReactFlow>
  ), [nodes, onKeyDown, onFocus, onNodeClick, onPaneClick, fit, large, graph, scene, shown, places, ways, chosen, touch, jumps]);

  return (
    <>
      {drawing}
      <canvas ref={canvas} className="dr-light" aria-hidden />
      {!large && <Suspense fallback={null}><Legend light={light} rates={figures === "rates"} conditional={graph.edges.some(({ conditional }) => conditional)} waiting={cards.waiting} hues={hues} inferred={followed.some(({ steps }) => steps.some((step) => step.inferred))} jumps={jumps.length > 0} still={motion === "reduced"} manner={(element) => { manner.current = element; write(element, said.current); }} /></Suspense>}
      {!large && (
        <Suspense fallback={null}>
          {mapped && <Minimap scene={scene} light={light} onPath={onPath} selected={chosen.nodes} onMoved={moveByHand} />}
          {far && <FarNames scene={scene} faces={faces} light={light} root={root} nameless={cards.nameless} selected={chosen.nodes} heads={heads} />}
        </Suspense>
      )}
      {!large && (
        <Suspense fallback={null}>
          <Zoom
            only={active}
            onIn={() => void flow.zoomIn({ duration: 0 })} onOut={() => void flow.zoomOut({ duration: 0 })} onWhole={() => void flow.zoomTo(1)} onFit={fit.fit}
            onActive={showActive}
            percent={(element) => { percent.current = element; if (element) write(element, `${Math.round(flow.getZoom() * 100)}%`); }}
          />
        </Suspense>
      )}
    </>
  );
}

/** Keeps React Flow from emptying its store as it goes: each of a thousand cards would look for
 * itself there, and fail. The store goes with its provider.
 */
function useLastingStore(): void {
  const { setState } = useStoreApi();
  useState(() => { setState({ reset: () => undefined }); });
}

const sizeOf = ({ width, height }: { readonly width: number; readonly height: number }) => ({ width, height });
const sameSize = (a: { readonly width: number; readonly height: number }, b: typeof a): boolean => a.width === b.width && a.height === b.height;

/** How many of `total` are shown by now: all if they are few, else none at first and a batch more
 * after each frame.
 */
function useGrowing(total: number): number {
  const [shown, setShown] = useState(total > BATCH ? 0 : BATCH);
  useEffect(() => {
    if (shown >= total) return;
    return afterFrame(() => { setShown(shown + BATCH); });
  }, [shown, total]);
  return shown;
}

/** Particles in flight from which the slow pace leaves some out. */
const FEW = 95;

const AT_FIRST: RenderReport = { dots: false, width: false, pace: 0, particles: 0 };

/** Says the manner of steps in the legend's words. */
export function mannerText({ dots, width, pace, particles }: RenderReport): string {
  const manner = width ? "busy edges: width = steps/s" : dots ? "small dots = steps" : "1 dot = 1 step";
  return pace === 2 && particles >= FEW ? `${manner} · fewer dots` : manner;
}
