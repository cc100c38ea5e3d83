/** The picture: DagNet's graph under React Flow, and one canvas over it that draws all light. */
import type { Hue, LightSource } from "@dagnet-realtime/client/light";
import { HEAT_STEPS } from "@dagnet-realtime/engine/activity";
import type { RenderReport } from "@dagnet-realtime/layer/protocol";
import { Background, BackgroundVariant, ReactFlow, ReactFlowProvider, useReactFlow, useStore, ViewportPortal } from "@xyflow/react";
import { Activity, Maximize, Minus, Plus } from "lucide-react";
import { type KeyboardEvent, Suspense, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useSame } from "../hooks.ts";
import { lazyPart } from "../kit/lazyPart.tsx";
import { SCOPE } from "../scope.ts";
import "../styles/tokens.css";
import "../styles/base.css";
import { Card, type CardNode } from "./Card.tsx";
import { Annotations, CardPlaces, Edges, JumpEdges } from "./Edges.tsx";
import { facesOf } from "./cardFace.ts";
import { useCardWindow } from "./cardWindow.ts";
import { Cards, rateText } from "./cardWriter.ts";
import { drawJumps } from "./jumpEdges.ts";
import "./react-flow.css";
import "./picture.css";
import { neighbour, type Scene } from "./scene.ts";
import type { PictureControls, PictureProps } from "./types.ts";
import { useEdgeHover } from "./useEdgeHover.ts";
import { LEAST_ZOOM, useFitView, useFollowView, useSelection, wholeIn } from "./useFitView.ts";
import { useLightCanvas } from "./useLightCanvas.ts";
import { useScene } from "./useScene.ts";

const Minimap = lazyPart(async () => (await import("./Minimap.tsx")).Minimap, () => null);
const FarNames = lazyPart(async () => (await import("./FarNames.tsx")).FarNames, () => null);

const NODE_TYPES = { card: Card };
/** Graphs with more nodes have a map, others once they are zoomed into. */
const MAP_FROM = 60;
/** Below this zoom cards may be too small for their names. */
const FAR = 0.6;
/** Cards mounted at once, so that the page goes on while thousands come. */
const BATCH = 200;
const ARROWS = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" } as const;

/** Draws a graph and its light. Fills its parent; needs no other provider, and brings its styles'
 * scope, with `theme`.
 */
export function Picture(props: PictureProps) {
  const [root, setRoot] = useState<HTMLDivElement | null>(null);
  const { theme, stale, frozen, paused, filter, large, children } = props;
  const scene = useScene(props.graph, root, large === true);
  return (
    <div className={`${SCOPE} dr-fill`} data-theme={theme}>
      <div ref={setRoot} className="dr-picture" data-stale={stale ? "yes" : undefined} data-frozen={frozen ? "yes" : undefined} data-paused={paused ? "yes" : undefined} data-filtered={filter ? "yes" : undefined} data-large={large ? "yes" : undefined}>
        {scene && root ? (
          <ReactFlowProvider key={props.graph.name}>
            <Stage {...props} scene={scene} root={root} />
          </ReactFlowProvider>
        ) : root && (
          <p className="dr-arranging" role="status">Arranging {props.graph.nodes.length} nodes…</p>
        )}
        {children && <div className="dr-over">{children}</div>}
      </div>
    </div>
  );
}

function Stage(props: PictureProps & { scene: Scene; root: HTMLElement | null }) {
  const { scene, root, graph, selected, onSelect, followed, jumps, light, figures = "rates", motion, large, selectedEdge: way = null, highlight: pointed = null } = props;
  const flow = useReactFlow();
  const [cards] = useState(() => new Cards());
  const manner = useRef<HTMLElement | null>(null);
  const percent = useRef<HTMLElement | null>(null);
  const faces = useMemo(() => facesOf(graph), [graph]);
  const canvas = useLightCanvas({
    scene, props, root, faces,
    onReport: (report) => { write(manner.current, mannerText(report)); },
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
  const ghosts = useMemo(() => drawJumps(scene, jumps), [scene, jumps]);
  const ways = useMemo(() => new Map([...followed].reverse().flatMap(({ steps, hue }) => steps.flatMap(({ edges }) => edges.map((edge) => [edge, hue] as const)))), [followed]);

  const moveByHand = useCallback(() => { fit.onMove("map"); }, [fit]);
  const { width, height } = useStore(sizeOf, sameSize);
  const whole = useMemo(() => (width > 0 && height > 0 ? wholeIn(scene, width, height, large).zoom : 1), [scene, width, height, large]);
  const mapped = useStore((state) => places.length > MAP_FROM || state.transform[2] > whole * 1.05);
  const far = useStore((state) => state.transform[2] < FAR);
  const onPath = useSame(useMemo(() => [...new Set(followed.flatMap(({ steps }) => steps.map(({ node }) => node)))].sort(), [followed]));
  const heads = useMemo(() => followed.flatMap(({ head }) => head ?? []), [followed]);

  const [active, setActive] = useState(false);
  const showActive = useCallback((only: boolean) => {
    setActive(only);
    if (only) fit.show(cards.active(), true);
    else fit.fit();
  }, [fit, cards]);
  useEffect(() => { root?.toggleAttribute("data-active-only", active); }, [root, active]);
  const { onControls } = props;
  const controls = useRef<PictureControls>(null);
  useEffect(() => {
    controls.current = {
      fit: fit.fit, activeOnly: () => active, setActiveOnly: showActive,
      goTo: (uuid) => {
        fit.goTo(uuid);
        root?.querySelector<HTMLElement>(`.react-flow__node[data-id="${CSS.escape(uuid)}"]`)?.focus({ preventScroll: true });
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
      onSelect(uuid);
    } else if (event.key in ARROWS) {
      event.preventDefault();
      const next = neighbour(scene.nodes.map(({ box }) => box), scene.nodeIndex.get(uuid) ?? -1, ARROWS[event.key as keyof typeof ARROWS]);
      const id = next === null ? undefined : scene.nodes[next]?.node.uuid;
      for (const card of root?.querySelectorAll<HTMLElement>(".react-flow__node") ?? []) if (card.dataset["id"] === id) card.focus();
    }
  }, [onSelect, scene, root]);
  const onFocus = useCallback((event: { target: EventTarget }) => {
    const uuid = event.target instanceof HTMLElement && event.target.matches(".react-flow__node:focus-visible") ? event.target.dataset["id"] : undefined;
    if (uuid !== undefined) fit.reveal(uuid);
  }, [fit]);

  return (
    <>
      <ReactFlow
        nodes={nodes} edges={[]} nodeTypes={NODE_TYPES} onKeyDown={onKeyDown} onFocus={onFocus}
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
          <JumpEdges ghosts={ghosts} chosen={chosen.jump} touch={touch} />
        </ViewportPortal>
      </ReactFlow>
      <canvas ref={canvas} className="dr-light" aria-hidden />
      {!large && <Legend light={light} rates={figures === "rates"} conditional={graph.edges.some(({ conditional }) => conditional)} waiting={cards.waiting} hues={[...new Set(followed.map(({ hue }) => hue))]} inferred={followed.some(({ steps }) => steps.some((step) => step.inferred))} jumps={jumps.length > 0} still={motion === "reduced"} manner={(element) => { manner.current = element; }} />}
      {!large && (
        <Suspense fallback={null}>
          {mapped && <Minimap scene={scene} light={light} onPath={onPath} selected={chosen.nodes} onMoved={moveByHand} />}
          {far && root && <FarNames scene={scene} faces={faces} light={light} root={root} nameless={cards.nameless} selected={chosen.nodes} heads={heads} />}
        </Suspense>
      )}
      {!large && (
        <Zoom
          only={active}
          onIn={() => void flow.zoomIn({ duration: 0 })} onOut={() => void flow.zoomOut({ duration: 0 })} onWhole={() => void flow.zoomTo(1)} onFit={fit.fit}
          onActive={showActive}
          percent={(element) => { percent.current = element; if (element) write(element, `${Math.round(flow.getZoom() * 100)}%`); }}
        />
      )}
    </>
  );
}

const sizeOf = ({ width, height }: { readonly width: number; readonly height: number }) => ({ width, height });
const sameSize = (a: { readonly width: number; readonly height: number }, b: typeof a): boolean => a.width === b.width && a.height === b.height;

/** How many of `total` are shown by now: a batch more in each turn of the page. */
function useGrowing(total: number): number {
  const [shown, setShown] = useState(BATCH);
  useEffect(() => {
    if (shown >= total) return;
    const timer = setTimeout(() => { setShown(shown + BATCH); });
    return () => { clearTimeout(timer); };
  }, [shown, total]);
  return shown;
}

function write(element: HTMLElement | null, text: string): void {
  const node = element?.firstChild;
  if (node && node.nodeValue !== text) node.nodeValue = text;
}

/** Particles in flight from which the slow pace leaves some out. */
const FEW = 95;

/** Says the manner of steps in the legend's words. */
export function mannerText({ dots, width, pace, particles }: RenderReport): string {
  const manner = width ? "busy edges: width = steps/s" : dots ? "small dots = steps" : "1 dot = 1 step";
  return pace === 2 && particles >= FEW ? `${manner} · fewer dots` : manner;
}

interface LegendProps {
  readonly light: LightSource;
  /** Cards show rates. */
  readonly rates: boolean;
  /** Followed traces, by hue. */
  readonly hues: readonly Hue[];
  /** Edges that say so with a star. */
  readonly conditional: boolean;
  /** Whether a node is drawn as not seen yet. */
  readonly waiting: () => boolean;
  readonly inferred: boolean;
  readonly jumps: boolean;
  readonly still: boolean;
  readonly manner: (element: HTMLElement | null) => void;
}

/** What the marks of the picture mean; only those that are there. */
export function Legend({ light, rates, hues, conditional, waiting, inferred, jumps, still, manner }: LegendProps) {
  return (
    <div className="dr-legend" role="note" aria-label="Legend">
      {rates && <RateScale light={light} />}
      {hues.length > 0 && <span className="dr-legend-item">{hues.map((hue) => <i key={hue} className="dr-key-trace" style={{ background: `var(--dr-follow-${hue})` }} aria-hidden />)}{hues.length === 1 ? "Followed trace" : "Followed traces"}</span>}
      {inferred && <span className="dr-legend-item"><i className="dr-key-inferred" aria-hidden />Inferred</span>}
      {jumps && <span className="dr-legend-item"><i className="dr-key-jump" aria-hidden />Unexpected step</span>}
      {conditional && <span className="dr-legend-item"><b>*</b> other odds under conditions</span>}
      <Waiting waiting={waiting} />
      {!still && <span className="dr-legend-item"><i className="dr-key-step" aria-hidden /><span ref={manner}>1 dot = 1 step</span></span>}
    </div>
  );
}

/** How often the legend looks at the picture, in milliseconds. */
const SCALE_MS = 1000;

function Waiting({ waiting }: Pick<LegendProps, "waiting">) {
  const root = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const show = () => { if (root.current) root.current.hidden = !waiting(); };
    show();
    const timer = setInterval(show, SCALE_MS);
    return () => { clearInterval(timer); };
  }, [waiting]);
  return <span className="dr-legend-item" ref={root}><i className="dr-key-waiting" aria-hidden />Not seen yet</span>;
}

/** The steps of heat between the ends of the scale, which follow the busiest node. */
function RateScale({ light }: { readonly light: LightSource }) {
  const least = useRef<HTMLElement | null>(null);
  const top = useRef<HTMLElement | null>(null);
  useEffect(() => {
    const show = () => {
      const scale = light.scale?.();
      if (!scale) return;
      write(least.current, String(scale.least));
      write(top.current, rateText(scale.top));
    };
    show();
    const timer = setInterval(show, SCALE_MS);
    return () => { clearInterval(timer); };
  }, [light]);
  return (
    <span className="dr-legend-item" title="From the least rate to the busiest step of the last minute. Fill, border, glow and bars rise together, each step by the same factor.">
      Rate <span className="dr-num" ref={least}>0.05</span>
      <span className="dr-swatches" aria-hidden>{Array.from({ length: HEAT_STEPS }, (_, step) => <i key={step} data-heat={step + 1} />)}</span>
      <span className="dr-num" ref={top}>1/s</span>
    </span>
  );
}

/** What the buttons do, and the element that the zoom is written to. */
export interface ZoomProps {
  readonly onIn: () => void;
  readonly onOut: () => void;
  readonly onFit: () => void;
  readonly onWhole: () => void;
  /** Whether only the nodes of the last minute are shown. */
  readonly only: boolean;
  /** Shows the nodes that had an event in the last minute, or all again. */
  readonly onActive: (only: boolean) => void;
  readonly percent: (element: HTMLElement | null) => void;
}

/** The buttons that zoom. */
export function Zoom({ only, onIn, onOut, onFit, onWhole, onActive, percent }: ZoomProps) {
  return (
    <div className="dr-zoom" role="group" aria-label="Zoom">
      <button type="button" onClick={onOut} aria-label="Zoom out" title="Zoom out"><Minus size={15} aria-hidden /></button>
      <button type="button" className="dr-zoom-value" onClick={onWhole} title="Zoom to 100 %"><span ref={percent}>100%</span></button>
      <button type="button" onClick={onIn} aria-label="Zoom in" title="Zoom in"><Plus size={15} aria-hidden /></button>
      <button type="button" onClick={onFit} aria-label="Fit the graph" title="Fit the graph"><Maximize size={15} aria-hidden /></button>
      <button type="button" onClick={() => { onActive(!only); }} aria-pressed={only} aria-label="Active only" title="Active only: nodes with an event in the last minute"><Activity size={15} aria-hidden /></button>
    </div>
  );
}
