/** Fits the graph into view, and brings a new selection into view. */
import type { Box } from "@dagnet-realtime/layer/curve";
import { FULL_FROM } from "@dagnet-realtime/layer/detail";
import { getViewportForBounds, useReactFlow, useStore, type Viewport } from "@xyflow/react";
import { useCallback, useEffect, useMemo, useRef } from "react";
import { LEAST_TEXT } from "./cardText.ts";
import { boundsOf, type Scene } from "./scene.ts";
import type { PictureProps } from "./types.ts";

/** Room kept free for what lies over the canvas: above what is followed, and the numbers of steps
 * on the cards below it; below legend and zoom.
 */
const PADDING = { top: "64px", right: "24px", bottom: "66px", left: "24px" } as const;
/** Below this width a full legend has two lines. */
const MEDIUM = 1010;
const PADDING_MEDIUM = { ...PADDING, bottom: "86px" } as const;
const MOST_ZOOM = 1.15;
/** Every graph fits: a thousand nodes in a row, on a phone. */
export const LEAST_ZOOM = 0.001;

/** Below this width legend and zoom stand one above the other, as the style has it. */
const NARROW = 520;
const PADDING_NARROW = { ...PADDING, right: "12px", bottom: "104px", left: "12px" } as const;

/** A TV keeps this share of its width free on each side, for rings and tags; above more, since what
 * was unexpected is drawn over the graph.
 */
const LARGE_SIDE = 0.012;
const LARGE_TOP = 0.048;

/** The room kept free in a picture of this width. */
function paddingOf(width: number, large = false): { readonly [Side in keyof typeof PADDING]: `${number}px` } {
  const part = (share: number) => `${Math.max(24, Math.round(width * share))}px` as const;
  const side = part(LARGE_SIDE);
  return large ? { top: part(LARGE_TOP), right: side, bottom: side, left: side } : width < NARROW ? PADDING_NARROW : width < MEDIUM ? PADDING_MEDIUM : PADDING;
}

/** What a picture of this size leaves for the graph, in CSS pixels. */
export function roomWithin(width: number, height: number, large = false): { readonly width: number; readonly height: number } {
  const { top, right, bottom, left } = paddingOf(width, large);
  const free = (side: number, ...padding: readonly string[]): number => padding.reduce((rest, one) => rest - parseInt(one), side);
  return { width: Math.max(120, free(width, left, right)), height: Math.max(80, free(height, top, bottom)) };
}

/** On a TV the least text is this share of the picture's width. */
const LARGE_TEXT = 0.012;

/** How many times larger than at a desk everything is drawn on a TV of this width. */
export function magnification(width: number, large: boolean): number {
  return large ? Math.max(1, (width * LARGE_TEXT) / LEAST_TEXT) : 1;
}

/** The camera that shows all of a scene in a picture of this size; notes too, unless they could not
 * be read then.
 */
export function wholeIn({ extent, farExtent }: Pick<Scene, "extent" | "farExtent">, width: number, height: number, large = false): Viewport {
  const times = magnification(width, large);
  const most = large ? Math.max(2, MOST_ZOOM * times) : MOST_ZOOM;
  const cameraOn = (box: Box): Viewport => getViewportForBounds(box, width, height, LEAST_ZOOM, most, paddingOf(width, large));
  const whole = cameraOn(extent);
  return whole.zoom >= FULL_FROM * times ? whole : cameraOn(farExtent);
}

/** What moves the camera. */
export interface FitView {
  readonly fit: () => void;
  readonly onInit: () => void;
  readonly onMove: (event: unknown) => void;
  /** Brings a node that is out of view to the middle. */
  readonly reveal: (uuid: string) => void;
  /** The same, smoothly, unless a person has just moved the camera. */
  readonly pursue: (uuid: string) => void;
  /** Brings a node to the middle, large enough to be read. */
  readonly goTo: (uuid: string) => void;
  /** Brings several nodes into view together, if their middles are not in view already, or
   * `closely` in any case.
   */
  readonly show: (uuids: readonly string[], closely?: boolean) => void;
}

/** A person who moved the camera is left alone for so long, in milliseconds. */
const HANDS_OFF_MS = 5000;
/** How long the camera takes to a step that is out of view, in milliseconds. */
const GLIDE_MS = 350;
/** The zoom at which any card can be read. */
const READABLE = 0.8;

/** Fits the graph into the picture, until a person moves the camera. `still`: it never glides. */
export function useFitView(scene: Scene, large: boolean, still = false): FitView {
  const flow = useReactFlow();
  // Not the scene: its edges change while they are led.
  const { nodes, nodeIndex, extent, farExtent } = scene;
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const moved = useRef(false);
  const movedAt = useRef(-Infinity);
  const gliding = useRef(0);
  useEffect(() => () => { cancelAnimationFrame(gliding.current); }, []);
  const fit = useCallback(() => {
    moved.current = false;
    if (width === 0 || height === 0) return;
    const [before, whole] = [flow.getViewport(), wholeIn({ extent, farExtent }, width, height, large)];
    // Every move of the camera draws all light again.
    if (before.x !== whole.x || before.y !== whole.y || before.zoom !== whole.zoom) void flow.setViewport(whole);
  }, [flow, extent, farExtent, width, height, large]);
  useEffect(() => {
    if (!moved.current) fit();
  }, [fit]);
  const bring = useCallback((uuid: string, to: { readonly smoothly?: boolean; readonly zoom?: number }) => {
    const box = nodes[nodeIndex.get(uuid) ?? -1]?.box;
    if (!box || width === 0 || height === 0) return;
    const from = flow.getViewport();
    const zoom = to.zoom ?? from.zoom;
    const [left, top] = [box.x * from.zoom + from.x, box.y * from.zoom + from.y];
    if (to.zoom === undefined && left >= 0 && top >= 0 && left + box.width * zoom <= width && top + box.height * zoom <= height) return;
    moved.current = true;
    cancelAnimationFrame(gliding.current);
    const end = { x: width / 2 - (box.x + box.width / 2) * zoom, y: height / 2 - (box.y + box.height / 2) * zoom };
    let began: number | null = null;
    const glide = (now: number): void => {
      began ??= now;
      const part = Math.min(1, (now - began) / GLIDE_MS);
      const eased = part * part * (3 - 2 * part);
      void flow.setViewport({ x: from.x + (end.x - from.x) * eased, y: from.y + (end.y - from.y) * eased, zoom });
      if (part < 1) gliding.current = requestAnimationFrame(glide);
    };
    if (to.smoothly === true && !still) gliding.current = requestAnimationFrame(glide);
    else void flow.setViewport({ ...end, zoom });
  }, [flow, nodes, nodeIndex, width, height, still]);
  const reveal = useCallback((uuid: string) => { bring(uuid, {}); }, [bring]);
  const pursue = useCallback((uuid: string) => { if (performance.now() - movedAt.current >= HANDS_OFF_MS) bring(uuid, { smoothly: true }); }, [bring]);
  const goTo = useCallback((uuid: string) => { bring(uuid, { zoom: Math.max(READABLE, flow.getZoom()) }); }, [bring, flow]);
  const show = useCallback((uuids: readonly string[], closely = false) => {
    const boxes = uuids.flatMap((uuid) => nodes[nodeIndex.get(uuid) ?? -1]?.box ?? []);
    if (boxes.length === 0 || width === 0 || height === 0) return;
    const { x, y, zoom } = flow.getViewport();
    const middles = boxes.map((box) => [(box.x + box.width / 2) * zoom + x, (box.y + box.height / 2) * zoom + y] as const);
    if (!closely && middles.every(([left, top]) => left >= 0 && top >= 0 && left <= width && top <= height)) return;
    moved.current = true;
    void flow.setViewport(getViewportForBounds(boundsOf(boxes), width, height, LEAST_ZOOM, closely ? MOST_ZOOM : Math.min(MOST_ZOOM, Math.max(zoom, 0.5)), paddingOf(width)));
  }, [flow, nodes, nodeIndex, width, height]);
  const onMove = useCallback((event: unknown) => {
    if (!event) return;
    moved.current = true;
    movedAt.current = performance.now();
    cancelAnimationFrame(gliding.current);
  }, []);
  return useMemo(() => ({ fit, onInit: fit, onMove, reveal, pursue, goTo, show }), [fit, onMove, reveal, pursue, goTo, show]);
}

/** What is drawn as selected. */
export interface Selection {
  readonly nodes: ReadonlySet<string>;
  readonly edges: ReadonlySet<string>;
  /** The key of the selected jump. */
  readonly jump: string | null;
}

type SelectionProps = Pick<Required<PictureProps>, "selected" | "selectedEdge" | "highlight">;

/** Brings a trace's path into view once, when it begins to be followed or makes its first step;
 * then goes along with the newest step of the one that was followed last.
 */
export function useFollowView(followed: PictureProps["followed"], { show, pursue }: Pick<FitView, "show" | "pursue">): void {
  const begun = followed.filter(({ steps }) => steps.length > 0).map(({ token }) => token).join(" ");
  const latest = useRef(followed);
  useEffect(() => {
    latest.current = followed;
  });
  useEffect(() => {
    if (begun !== "") show(latest.current.flatMap(({ steps }) => steps.map(({ node }) => node)));
    // oxlint-disable-next-line react/exhaustive-deps -- a resize moves nothing
  }, [begun]);
  const last = followed.at(-1);
  const newest = last && last.head !== null ? { token: last.token, step: last.steps.at(-1)?.n, node: last.head } : null;
  const before = useRef(newest);
  useEffect(() => {
    // Only a step that was made meanwhile: another trace is shown as a whole.
    if (newest !== null && before.current?.token === newest.token && before.current.step !== newest.step) pursue(newest.node);
    before.current = newest;
    // oxlint-disable-next-line react/exhaustive-deps -- a resize moves nothing
  }, [newest?.token, newest?.step, newest?.node]);
}

/** What is selected or highlighted; brings it into view when it changes. */
export function useSelection(scene: Scene, { selected, selectedEdge: way, highlight: pointed }: SelectionProps, { show }: FitView): Selection {
  const ends = useMemo(() => endsOf(scene, { selected, selectedEdge: way, highlight: pointed }), [scene, selected, way, pointed]);
  // Only a new choice moves the camera, never a resize or another version of the graph.
  const said = ends.join("\n");
  useEffect(() => {
    if (said !== "") show(said.split("\n"));
    // oxlint-disable-next-line react/exhaustive-deps -- see above
  }, [said]);
  return useMemo(
    () => ({
      nodes: new Set([...(selected === null ? [] : [selected]), ...(pointed?.nodes ?? [])]),
      edges: new Set([...(way?.kind === "edge" ? [way.edge] : []), ...(pointed?.edges ?? [])]),
      jump: way?.kind === "jump" ? `${way.from}>${way.to}` : null,
    }),
    [selected, way, pointed],
  );
}

/** The nodes that the choice is about: those selected, and the ends of edges and jumps. */
function endsOf(scene: Scene, { selected, selectedEdge: way, highlight: pointed }: SelectionProps): string[] {
  const edges = [...(way?.kind === "edge" ? [way.edge] : []), ...(pointed?.edges ?? [])];
  const ends = edges.flatMap((uuid) => {
    const edge = scene.edges[scene.edgeIndex.get(uuid) ?? -1]?.edge;
    return edge ? [edge.source, edge.target] : [];
  });
  return [...new Set([...(selected === null ? [] : [selected]), ...(way?.kind === "jump" ? [way.from, way.to] : []), ...(pointed?.nodes ?? []), ...ends])];
}
