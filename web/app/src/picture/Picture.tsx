/** The picture: DagNet's graph under React Flow, and one canvas over it that draws all light. */
import { Background, BackgroundVariant, ReactFlow, ReactFlowProvider, useReactFlow, ViewportPortal } from "@xyflow/react";
import { useCallback, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { Annotations } from "./Annotations.tsx";
import { Card, type CardNode } from "./Card.tsx";
import { facesOf } from "./card/face.ts";
import type { PictureProps } from "./contract.ts";
import { Cards } from "./dom/cards.ts";
import { ghostsOf } from "./geometry/ghosts.ts";
import { neighbour } from "./geometry/reading.ts";
import type { Scene } from "./geometry/scene.ts";
import { Ghosts } from "./Ghosts.tsx";
import { Legend, mannerText } from "./Legend.tsx";
import { useChosen } from "./useChosen.ts";
import { useFit } from "./useFit.ts";
import { useLight } from "./useLight.ts";
import { useScene } from "./useScene.ts";
import { useTouch } from "./useTouch.ts";
import { Wires } from "./Wires.tsx";
import { Zoom } from "./Zoom.tsx";
import "@xyflow/react/dist/base.css";
import "./tokens.css";
import "./picture.css";

const NODE_TYPES = { card: Card };
const ARROWS = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down" } as const;

/** Draws a graph and its light. Fills its parent; needs no other provider. */
export function Picture(props: PictureProps) {
  const scene = useScene(props.graph);
  const [root, setRoot] = useState<HTMLDivElement | null>(null);
  const { theme, stale, frozen, large, children } = props;
  return (
    <div ref={setRoot} className="dr-picture" data-theme={theme} data-stale={stale ? "yes" : undefined} data-frozen={frozen ? "yes" : undefined} data-large={large ? "yes" : undefined}>
      {scene ? (
        <ReactFlowProvider key={props.graph.name}>
          <Stage {...props} scene={scene} root={root} />
        </ReactFlowProvider>
      ) : (
        <p className="dr-arranging" role="status">Arranging {props.graph.nodes.length} nodes…</p>
      )}
      {children && <div className="dr-over">{children}</div>}
    </div>
  );
}

function Stage(props: PictureProps & { scene: Scene; root: HTMLElement | null }) {
  const { scene, root, graph, selected, onSelect, followed, jumps, motion, large, way = null, pointed = null } = props;
  const flow = useReactFlow();
  const [cards] = useState(() => new Cards());
  const manner = useRef<HTMLElement | null>(null);
  const percent = useRef<HTMLElement | null>(null);
  const faces = useMemo(() => facesOf(graph), [graph]);
  const canvas = useLight({
    scene, props, root, faces,
    onReport: (report) => { write(manner.current, mannerText(report)); },
    onZoom: (zoom) => { write(percent.current, `${Math.round(zoom * 100)}%`); },
  }, cards);
  const fit = useFit(scene, large === true);

  const stock = useMemo(() => {
    return scene.nodes.flatMap(({ node, box }): CardNode[] => {
      const face = faces.get(node.uuid);
      if (!face) return [];
      return [{ id: node.uuid, type: "card", position: { x: box.x, y: box.y }, width: box.width, height: box.height, data: { uuid: node.uuid, face, cards }, ariaRole: "button", domAttributes: { "aria-roledescription": "node" } }];
    });
  }, [scene, faces, cards]);
  const chosen = useChosen(scene, { selected, way, pointed }, fit);
  const nodes = useMemo(
    () => stock.map((node) => (chosen.nodes.has(node.id) ? { ...node, selected: true, domAttributes: { ...node.domAttributes, "aria-pressed": true } } : node)),
    [stock, chosen],
  );
  const touch = useTouch(props, root);
  const ghosts = useMemo(() => ghostsOf(scene, jumps), [scene, jumps]);
  const ways = useMemo(() => new Map([...followed].reverse().flatMap(({ steps, hue }) => steps.flatMap(({ edges }) => edges.map((edge) => [edge, hue] as const)))), [followed]);

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
        onNodeClick={(_, node) => { onSelect(node.id); }} onPaneClick={() => { onSelect(null); }} onMoveStart={fit.onMove} onInit={fit.onInit}
        minZoom={0.1} maxZoom={4} nodesDraggable={false} nodesConnectable={false} edgesFocusable={false} elementsSelectable nodesFocusable disableKeyboardA11y
        zoomOnDoubleClick={false} deleteKeyCode={null} selectionKeyCode={null} multiSelectionKeyCode={null} panActivationKeyCode={null} zoomActivationKeyCode={null}
        attributionPosition="bottom-center" aria-label={`Graph ${graph.title || graph.name}`}
      >
        <Background variant={BackgroundVariant.Dots} gap={22} size={1.5} color="var(--dr-grid)" />
        <ViewportPortal>
          <Annotations scene={scene} />
          <Wires scene={scene} followed={ways} chosen={chosen.edges} touch={touch} />
          <Ghosts ghosts={ghosts} chosen={chosen.jump} touch={touch} />
        </ViewportPortal>
      </ReactFlow>
      <canvas ref={canvas} className="dr-light" aria-hidden />
      {!large && <Legend following={followed.length > 0} inferred={followed.some(({ steps }) => steps.some((step) => step.inferred))} jumps={jumps.length > 0} still={motion === "reduced"} manner={(element) => { manner.current = element; }} />}
      {!large && (
        <Zoom
          onIn={() => void flow.zoomIn({ duration: 0 })} onOut={() => void flow.zoomOut({ duration: 0 })} onWhole={() => void flow.zoomTo(1)} onFit={fit.fit}
          percent={(element) => { percent.current = element; if (element) write(element, `${Math.round(flow.getZoom() * 100)}%`); }}
        />
      )}
    </>
  );
}

function write(element: HTMLElement | null, text: string): void {
  const node = element?.firstChild;
  if (node && node.nodeValue !== text) node.nodeValue = text;
}
