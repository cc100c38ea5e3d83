/** The whole graph in a corner, with its heat and what is in view; a press or a drag goes there. */
import type { LightSource } from "@dagnet-realtime/client/light";
import { HEAT_STEPS, heatStep } from "@dagnet-realtime/engine/activity";
import type { Box } from "@dagnet-realtime/layer/curve";
import { useReactFlow, useStoreApi } from "@xyflow/react";
import { Map as MapIcon, X } from "lucide-react";
import { type PointerEvent, useEffect, useMemo, useRef, useState } from "react";
import "./minimap.css";
import type { Scene } from "./scene.ts";

/** Its largest size, in CSS pixels. */
const MOST = { width: 192, height: 118 } as const;
/** Space around the graph, in CSS pixels. */
const EDGE = 6;
/** Heat is drawn anew this often, in milliseconds. */
const BEAT_MS = 1000;
/** Nodes are at least this large on the map, in CSS pixels. */
const LEAST = 1.6;

interface MinimapProps {
  readonly scene: Scene;
  readonly light: LightSource;
  /** Nodes on followed paths. */
  readonly onPath: readonly string[];
  readonly selected: ReadonlySet<string>;
  /** A person has moved the camera by the map. */
  readonly onMoved: () => void;
}

/** A pointer's way to far places; by keyboard the search, the arrows and Fit lead there. */
export function Minimap({ scene, light, onPath, selected, onMoved }: MinimapProps) {
  const flow = useReactFlow();
  const store = useStoreApi();
  const [open, setOpen] = useState(true);
  const drawing = useRef<SVGSVGElement>(null);
  const view = useRef<SVGRectElement>(null);
  const { nodes, nodeIndex, extent } = scene;
  const scale = Math.min((MOST.width - EDGE * 2) / extent.width, (MOST.height - EDGE * 2) / extent.height);

  useEffect(() => {
    if (!open) return;
    const draw = (): void => {
      if (document.hidden) return;
      const boxes: Box[][] = Array.from({ length: HEAT_STEPS + 1 }, () => []);
      for (const { node, box } of nodes) {
        const { count, level } = light.node(node.uuid);
        boxes[count > 0 ? heatStep(level) : 0]?.push(box);
      }
      boxes.forEach((of, step) => { drawing.current?.querySelector(`[data-heat="${step}"]`)?.setAttribute("d", pathOf(of, scale)); });
    };
    draw();
    const timer = setInterval(draw, BEAT_MS);
    return () => { clearInterval(timer); };
  }, [nodes, light, scale, open]);

  useEffect(() => {
    if (!open) return;
    const show = (): void => {
      const { transform: [x, y, zoom], width, height } = store.getState();
      const seen = { x: -x / zoom, y: -y / zoom, width: width / zoom, height: height / zoom };
      for (const [name, value] of Object.entries(seen)) view.current?.setAttribute(name, value.toFixed(1));
    };
    show();
    return store.subscribe(show);
  }, [store, open]);

  const marks = useMemo(() => {
    const of = (which: Iterable<string>): string => pathOf([...which].flatMap((uuid) => nodes[nodeIndex.get(uuid) ?? -1]?.box ?? []), scale, 1);
    return { path: of(onPath), selected: of(selected) };
  }, [nodes, nodeIndex, scale, onPath, selected]);

  const go = (event: PointerEvent<SVGSVGElement>): void => {
    const box = event.currentTarget.getBoundingClientRect();
    const [left, top] = [event.clientX - box.left - EDGE, event.clientY - box.top - EDGE];
    onMoved();
    void flow.setCenter(extent.x + left / scale, extent.y + top / scale, { zoom: flow.getZoom(), duration: 0 });
  };
  if (!open) {
    return (
      <button type="button" className="dr-map dr-map-closed" aria-label="Show the map" title="Show the map" onClick={() => { setOpen(true); }}>
        <MapIcon size={15} aria-hidden />
      </button>
    );
  }
  const [width, height] = [extent.width * scale + EDGE * 2, extent.height * scale + EDGE * 2];
  return (
    <div className="dr-map">
      <svg
        ref={drawing}
        width={width}
        height={height}
        viewBox={[extent.x - EDGE / scale, extent.y - EDGE / scale, width / scale, height / scale].join(" ")}
        aria-hidden
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          go(event);
        }}
        onPointerMove={(event) => {
          if (event.currentTarget.hasPointerCapture(event.pointerId)) go(event);
        }}
      >
        {Array.from({ length: HEAT_STEPS + 1 }, (_, step) => <path key={step} data-heat={step} />)}
        <path className="dr-map-path" d={marks.path} />
        <path className="dr-map-selected" d={marks.selected} />
        <rect ref={view} className="dr-map-view" />
      </svg>
      <button type="button" aria-label="Hide the map" title="Hide the map" onClick={() => { setOpen(false); }}>
        <X size={12} aria-hidden />
      </button>
    </div>
  );
}

/** Boxes as one path, none smaller than can be seen; `grown` by so many CSS pixels on each side. */
export function pathOf(boxes: readonly Box[], scale: number, grown = 0): string {
  const least = LEAST / scale;
  const more = grown / scale;
  return boxes.map(({ x, y, width, height }) => {
    const [w, h] = [Math.max(least, width) + more * 2, Math.max(least, height) + more * 2];
    return `M${Math.round(x - more)},${Math.round(y - more)}h${Math.round(w)}v${Math.round(h)}h${-Math.round(w)}z`;
  }).join("");
}
