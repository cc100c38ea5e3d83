/** The light layer inside a host's own `<ReactFlow>`, and the sign beside it. */
import { lightLayer, type LightLayer as Layer, type LightLook, type View } from "@dagnet-realtime/layer/lightLayer";
import type { EdgePath } from "@dagnet-realtime/layer/measuredDrawing";
import { useEffect, useLayoutEffect, useMemo, useRef, useState, useSyncExternalStore, type CSSProperties } from "react";
import { type RealtimeSource, useRealtime } from "./realtime.ts";

/** A node as React Flow 11 or 12 hands it to the host; its id is the node's uuid. */
export interface FlowNode {
  readonly id: string;
  readonly position: { readonly x: number; readonly y: number };
  /** React Flow 11 writes these once it has measured; 12 does so in `measured`. */
  readonly positionAbsolute?: { readonly x: number; readonly y: number } | undefined;
  readonly width?: number | null | undefined;
  readonly height?: number | null | undefined;
  readonly measured?: { readonly width?: number | undefined; readonly height?: number | undefined } | undefined;
  /** The node that this one's position counts from, in 11 and in 12. */
  readonly parentNode?: string | undefined;
  readonly parentId?: string | undefined;
  readonly hidden?: boolean | undefined;
}

export interface LightLayerProps extends Pick<LightLook, "palette" | "theme" | "motion"> {
  readonly realtime: RealtimeSource;
  /** React Flow's viewport: `useViewport()`. */
  readonly viewport: View;
  /** The nodes that `<ReactFlow>` is given, as it hands them back. */
  readonly nodes: readonly FlowNode[];
  /** The middle line of an edge by its uuid, null if it is not drawn. By default React Flow's own
   * path of the edge with this id.
   */
  readonly path?: (edge: string) => EdgePath | null;
  /** The radius of a node's corners; 12 by default. */
  readonly corner?: number;
  readonly className?: string;
}

/** Over nodes and edges, under controls and panels; lets the pointer through. */
const PLACE: CSSProperties = {
  position: "absolute", inset: 0, zIndex: 4, width: "100%", height: "100%", maxWidth: "none", margin: 0, padding: 0, border: 0, background: "none", pointerEvents: "none",
};

/** Draws a session's light over the nodes and edges around it. To be a child of `<ReactFlow>`. */
export function LightLayer({ realtime, viewport, nodes, path, theme = "light", motion = "system", palette, corner = 12, className }: LightLayerProps) {
  const on = useOn(realtime);
  const [canvas, setCanvas] = useState<HTMLCanvasElement | null>(null);
  const layer = useRef<Layer | null>(null);
  const given = useRef({ viewport, nodes, path });
  useLayoutEffect(() => {
    given.current = { viewport, nodes, path };
  });

  useLayoutEffect(() => {
    if (!canvas || !on) return;
    const opened = lightLayer(canvas, {
      light: realtime.light, corner,
      boxes: () => boxesOf(given.current.nodes),
      path: (edge) => (given.current.path ?? drawnEdge(canvas))(edge),
      camera: () => given.current.viewport,
    });
    layer.current = opened;
    let shown: unknown[] = [];
    const show = (): void => {
      const { followed, jumps, paused: frozen, phase, connection } = realtime.state;
      const [wasFollowed, wasJumps, wasFrozen, wasStale] = shown;
      const stale = phase === "on" && (connection === "stale" || connection === "reconnecting");
      if (wasFollowed !== followed) opened.follow(followed);
      if (wasJumps !== jumps) opened.unexpected(jumps);
      if (wasFrozen !== frozen || wasStale !== stale) opened.set({ frozen, stale });
      shown = [followed, jumps, frozen, stale];
    };
    show();
    const stop = realtime.subscribe(show);
    return () => {
      stop();
      opened.close();
      layer.current = null;
    };
  }, [canvas, on, realtime, corner]);

  useLayoutEffect(() => {
    layer.current?.set({ theme, motion, ...(palette && { palette }) });
  }, [canvas, on, realtime, corner, theme, motion, palette]);
  useLayoutEffect(() => {
    layer.current?.moved();
  }, [viewport]);
  useEffect(() => {
    layer.current?.measured();
  }, [nodes, path]);

  return <canvas ref={setCanvas} className={className} style={PLACE} aria-hidden data-dagnet-realtime="light" />;
}

/** Whether there is light to draw: an Off session shows none. */
function useOn(realtime: RealtimeSource): boolean {
  const subscribe = useMemo(() => (listener: () => void) => realtime.subscribe(listener), [realtime]);
  const read = (): boolean => realtime.state.phase !== "off";
  return useSyncExternalStore(subscribe, read, read);
}

/** The boxes of nodes that are shown and measured, by id. */
export function boxesOf(nodes: readonly FlowNode[]): Map<string, { x: number; y: number; width: number; height: number }> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  return new Map(nodes.flatMap((node) => {
    const [width, height] = [node.measured?.width ?? node.width, node.measured?.height ?? node.height];
    if (node.hidden || !width || !height) return [];
    return [[node.id, { ...placeOf(node, byId), width, height }]];
  }));
}

/** Parents in one another, at most. */
const DEEPEST = 16;

function placeOf(node: FlowNode, byId: ReadonlyMap<string, FlowNode>): { x: number; y: number } {
  if (node.positionAbsolute) return node.positionAbsolute;
  let { x, y } = node.position;
  let parent = byId.get(node.parentId ?? node.parentNode ?? "");
  for (let depth = 0; parent && depth < DEEPEST; depth++) {
    x += parent.position.x;
    y += parent.position.y;
    parent = byId.get(parent.parentId ?? parent.parentNode ?? "");
  }
  return { x, y };
}

/** Finds edges in the `.react-flow` that the canvas stands in. */
function drawnEdge(canvas: HTMLCanvasElement): (edge: string) => SVGPathElement | null {
  return (edge) => {
    const id = CSS.escape(edge);
    return canvas.closest(".react-flow")?.querySelector<SVGPathElement>(`:is([data-id="${id}"], [data-testid="rf__edge-${id}"]) .react-flow__edge-path`) ?? null;
  };
}

/** The session's sign in words: "Realtime · live". The reason of a fault is its title. */
export function RealtimeSign({ realtime, className }: { readonly realtime: RealtimeSource; readonly className?: string }) {
  const state = useRealtime(realtime);
  const sign = signOf(state);
  return (
    <span className={className} role="status" data-realtime={sign} title={state.why || undefined}>
      Realtime · {sign}
    </span>
  );
}

/** One word or two for a session: what it does at this moment. */
export function signOf({ phase, connection, paused }: Pick<RealtimeSource["state"], "phase" | "connection" | "paused">): string {
  if (phase === "off") return "off";
  if (phase === "opening" || phase === "closing") return phase;
  const live = connection === "live" || connection === "polling";
  return live ? (paused ? "paused" : "live") : connection;
}
