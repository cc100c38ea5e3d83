/** Connects renderer, light and page for as long as the picture is mounted. */
import { createFlashLimiter, allowFlash, PULSE_AREA } from "@dagnet-realtime/engine/activity";
import { useStoreApi } from "@xyflow/react";
import { useEffect, useMemo, useRef, useState } from "react";
import type { PictureProps } from "./types.ts";
import { tagWidth, type CardFace } from "./cardFace.ts";
import type { Cards } from "./cardWriter.ts";
import { detailAt } from "@dagnet-realtime/layer/detail";
import { renderBuffers, type Scene } from "./scene.ts";
import { LEVELS_MS, LightAdapter } from "@dagnet-realtime/layer/lightAdapter";
import type { Renderer, RenderReport } from "@dagnet-realtime/layer/protocol";
import { pageFrames } from "@dagnet-realtime/layer/frames";
import { marksOf } from "@dagnet-realtime/layer/pathMarks";
import { openRenderer } from "@dagnet-realtime/layer/renderer";
import { readPalette } from "@dagnet-realtime/layer/sprites";

/** The most device pixels a CSS pixel that light is drawn with: a halo gains nothing beyond. */
const MOST_RATIO = 2;

interface LightParts {
  readonly scene: Scene;
  readonly props: PictureProps;
  readonly root: HTMLElement | null;
  readonly faces: ReadonlyMap<string, CardFace>;
  readonly onReport: (report: RenderReport) => void;
  readonly onZoom: (zoom: number) => void;
}

/** Returns the ref of the element that takes the canvas. */
export function useLightCanvas({ scene, props, root, faces, onReport, onZoom }: LightParts, cards: Cards): (canvas: HTMLCanvasElement | null) => void {
  const store = useStoreApi();
  const [canvas, setCanvas] = useState<HTMLCanvasElement | null>(null);
  const [renderer, setRenderer] = useState<Renderer | null>(null);
  const [flashes] = useState(createFlashLimiter);
  const adapter = useRef<LightAdapter | null>(null);
  const reports = useRef({ onReport, onZoom });
  useEffect(() => { reports.current = { onReport, onZoom }; });

  useEffect(() => {
    if (!canvas) return;
    const opened = openRenderer(canvas, pageFrames(), (report) => { reports.current.onReport(report); });
    setRenderer(opened);
    return () => { opened.close(); };
  }, [canvas]);

  const { light, frozen, motion, theme, stale, followed } = props;
  useEffect(() => {
    if (!renderer) return;
    renderer.send({ kind: "buffers", buffers: renderBuffers(scene, (uuid) => { const face = faces.get(uuid); return face ? tagWidth(face) : 0; }) });
    const opened = new LightAdapter({ drawing: scene, light, renderer, writer: cards, ring: (node, heat) => allowFlash(flashes, node, performance.now(), heat, PULSE_AREA * store.getState().transform[2] ** 2) });
    adapter.current = opened;
    opened.sendLevels();
    const timer = setInterval(() => { if (!document.hidden) opened.tick(); }, LEVELS_MS);
    return () => {
      clearInterval(timer);
      opened.close();
    };
  }, [renderer, scene, light, cards, faces, flashes, store]);

  useEffect(() => {
    if (!renderer || !root) return;
    let detail = "";
    const look = () => {
      const { transform: [x, y, zoom], width, height } = store.getState();
      renderer.send({ kind: "camera", camera: { x, y, zoom, width, height, ratio: Math.min(MOST_RATIO, window.devicePixelRatio || 1) } });
      reports.current.onZoom(zoom);
      const next = detailAt(zoom, scene.nodes.length);
      if (next !== detail) root.setAttribute("data-detail", (detail = next));
    };
    look();
    return store.subscribe((state, before) => {
      if (state.transform !== before.transform || state.width !== before.width || state.height !== before.height) look();
    });
  }, [renderer, root, store, scene]);

  useEffect(() => {
    if (renderer && root) renderer.send({ kind: "palette", palette: readPalette(root, theme === "dark", stale) });
  }, [renderer, root, theme, stale]);

  useEffect(() => {
    if (adapter.current) Object.assign(adapter.current, { frozen, reduced: motion === "reduced" });
    renderer?.send({ kind: "mode", frozen, reduced: motion === "reduced" });
  }, [renderer, frozen, motion, scene, light]);

  const jumped = useMemo(() => ({ scene, tables: new Map<string, Float32Array>() }), [scene]);
  const marks = useMemo(() => marksOf(jumped.scene, followed, jumped.tables), [jumped, followed]);
  useEffect(() => { renderer?.send({ kind: "paths", paths: marks }); }, [renderer, marks]);

  const near = useMemo(() => new Set(followed.flatMap(({ steps }) => steps.map(({ node }) => node))), [followed]);
  useEffect(() => {
    if (!adapter.current || !root) return;
    const live = adapter.current;
    live.closeUp = near;
    const hover = (event: Event) => {
      const card = event.target instanceof Element ? event.target.closest("[data-node]") : null;
      const uuid = card?.getAttribute("data-node");
      live.closeUp = uuid ? new Set([...near, uuid]) : near;
    };
    root.addEventListener("pointerover", hover);
    return () => { root.removeEventListener("pointerover", hover); };
  }, [near, root, renderer, scene, light]);

  return setCanvas;
}
