/** Ties overlay, bridge and page together for as long as the picture is shown. */
import { createFlashLimiter, allowFlash, PULSE_AREA } from "@dagnet-realtime/engine/activity";
import { useStoreApi } from "@xyflow/react";
import { useEffect, useMemo, useRef, useState } from "react";
import type { PictureProps } from "./contract.ts";
import { tagWidth, type CardFace } from "./card/face.ts";
import type { Cards } from "./dom/cards.ts";
import { detailAt } from "./dom/detail.ts";
import type { Scene } from "./geometry/scene.ts";
import { stockOf } from "./geometry/stock.ts";
import { BEAT_MS, Bridge } from "./light/bridge.ts";
import type { Overlay, Report } from "./light/command.ts";
import { pageFrames } from "./light/loop.ts";
import { marksOf } from "./light/marks.ts";
import { openOverlay } from "./light/overlay.ts";
import { readPalette } from "./light/palette.ts";

/** The most device pixels a CSS pixel that light is drawn with: a halo gains nothing beyond. */
const MOST_RATIO = 2;

interface LightParts {
  readonly scene: Scene;
  readonly props: PictureProps;
  readonly root: HTMLElement | null;
  readonly faces: ReadonlyMap<string, CardFace>;
  readonly onReport: (report: Report) => void;
  readonly onZoom: (zoom: number) => void;
}

/** Returns where the canvas goes. */
export function useLight({ scene, props, root, faces, onReport, onZoom }: LightParts, cards: Cards): (canvas: HTMLCanvasElement | null) => void {
  const store = useStoreApi();
  const [canvas, setCanvas] = useState<HTMLCanvasElement | null>(null);
  const [overlay, setOverlay] = useState<Overlay | null>(null);
  const [flashes] = useState(createFlashLimiter);
  const bridge = useRef<Bridge | null>(null);
  const heard = useRef({ onReport, onZoom });
  useEffect(() => { heard.current = { onReport, onZoom }; });

  useEffect(() => {
    if (!canvas) return;
    const opened = openOverlay(canvas, pageFrames(), (report) => { heard.current.onReport(report); });
    setOverlay(opened);
    return () => { opened.close(); };
  }, [canvas]);

  const { light, frozen, motion, theme, stale, followed } = props;
  useEffect(() => {
    if (!overlay) return;
    overlay.send({ kind: "stock", stock: stockOf(scene, (uuid) => { const face = faces.get(uuid); return face ? tagWidth(face) : 0; }) });
    const opened = new Bridge({ scene, light, overlay, cards, ring: (node, heat) => allowFlash(flashes, node, performance.now(), heat, PULSE_AREA * store.getState().transform[2] ** 2) });
    bridge.current = opened;
    opened.tell();
    const timer = setInterval(() => { if (!document.hidden) opened.beat(); }, BEAT_MS);
    return () => {
      clearInterval(timer);
      opened.close();
    };
  }, [overlay, scene, light, cards, faces, flashes, store]);

  useEffect(() => {
    if (!overlay || !root) return;
    let detail = "";
    const look = () => {
      const { transform: [x, y, zoom], width, height } = store.getState();
      overlay.send({ kind: "camera", camera: { x, y, zoom, width, height, ratio: Math.min(MOST_RATIO, window.devicePixelRatio || 1) } });
      heard.current.onZoom(zoom);
      const next = detailAt(zoom, scene.nodes.length);
      if (next !== detail) root.setAttribute("data-detail", (detail = next));
    };
    look();
    return store.subscribe((state, before) => {
      if (state.transform !== before.transform || state.width !== before.width || state.height !== before.height) look();
    });
  }, [overlay, root, store, scene]);

  useEffect(() => {
    if (overlay && root) overlay.send({ kind: "palette", palette: readPalette(root, theme === "dark", stale) });
  }, [overlay, root, theme, stale]);

  useEffect(() => {
    if (bridge.current) Object.assign(bridge.current, { frozen, reduced: motion === "reduced" });
    overlay?.send({ kind: "mode", frozen, reduced: motion === "reduced" });
  }, [overlay, frozen, motion, scene, light]);

  const jumped = useMemo(() => ({ scene, tables: new Map<string, Float32Array>() }), [scene]);
  const marks = useMemo(() => marksOf(jumped.scene, followed, jumped.tables), [jumped, followed]);
  useEffect(() => { overlay?.send({ kind: "paths", paths: marks }); }, [overlay, marks]);

  const near = useMemo(() => new Set(followed.flatMap(({ steps }) => steps.map(({ node }) => node))), [followed]);
  useEffect(() => {
    if (!bridge.current || !root) return;
    const live = bridge.current;
    live.closeUp = near;
    const hover = (event: Event) => {
      const card = event.target instanceof Element ? event.target.closest("[data-node]") : null;
      const uuid = card?.getAttribute("data-node");
      live.closeUp = uuid ? new Set([...near, uuid]) : near;
    };
    root.addEventListener("pointerover", hover);
    return () => { root.removeEventListener("pointerover", hover); };
  }, [near, root, overlay, scene, light]);

  return setCanvas;
}
