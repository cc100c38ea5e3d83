/** Opens the light layer over the picture, for as long as it is mounted. */
import { detailAt } from "@dagnet-realtime/layer/detail";
import { type LightLayer, lightLayer } from "@dagnet-realtime/layer/lightLayer";
import type { RenderReport } from "@dagnet-realtime/layer/protocol";
import { useStoreApi } from "@xyflow/react";
import { useEffect, useMemo, useRef, useState } from "react";
import { tagWidth, type CardFace } from "./cardFace.ts";
import { forgetWidths, LEAST_TEXT, SMALL_FROM, typeScale } from "./cardText.ts";
import type { Cards } from "./cardWriter.ts";
import { measuresOf, type Scene } from "./scene.ts";
import type { PictureProps } from "./types.ts";
import { afterFrame } from "../kit/turns.ts";
import { magnification } from "./useFitView.ts";

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
  const [layer, setLayer] = useState<LightLayer | null>(null);
  const measures = useMemo(() => measuresOf(scene, (uuid) => { const face = faces.get(uuid); return face ? tagWidth(face) : 0; }), [scene, faces]);
  const drawn = useRef(measures);
  const reports = useRef({ onReport, onZoom });

  // The edges of a large graph are led round its cards while it is shown: its nodes stay.
  const drawnNodes = scene.nodes;
  const { light, frozen, motion, theme, stale, followed, figures = "rates", filter = "", large = false } = props;
  const look = useRef({ theme, motion, frozen, stale });
  useEffect(() => {
    drawn.current = measures;
    reports.current = { onReport, onZoom };
  });
  useEffect(() => { cards.show(figures); }, [cards, figures]);
  useEffect(() => {
    if (!canvas) return;
    const forget = cards.open(light);
    let opened: LightLayer | null = null;
    // After the cards' first frame: it asks for sizes and colours, which are known then.
    const give = afterFrame(() => {
      opened = lightLayer(canvas, {
        ...look.current, light, writer: cards,
        boxes: () => drawn.current.boxes(),
        path: (edge) => drawn.current.path(edge),
        label: (edge) => drawn.current.label(edge),
        tag: (node) => drawn.current.tag(node),
        camera: () => { const { transform: [x, y, zoom], width } = store.getState(); return { x, y, zoom, text: LEAST_TEXT * magnification(width, large) }; },
        onReport: (report) => { reports.current.onReport(report); },
      });
      setLayer(opened);
    });
    return () => {
      give();
      forget();
      opened?.close();
    };
  }, [canvas, light, cards, store, large]);

  useEffect(() => {
    if (!root) return;
    let [detail, type] = ["", 0];
    const look = () => {
      const { transform: [, , zoom], width } = store.getState();
      layer?.moved();
      reports.current.onZoom(zoom);
      const seen = zoom / magnification(width, large);
      const scale = typeScale(seen);
      if (scale !== type) {
        type = scale;
        root.style.setProperty("--dr-type", String(scale));
        root.toggleAttribute("data-small", scale >= SMALL_FROM);
        cards.scale(scale);
      }
      const next = detailAt(seen, drawnNodes.length);
      if (next !== detail) root.setAttribute("data-detail", (detail = next));
    };
    look();
    return store.subscribe((state, before) => {
      if (state.transform !== before.transform || state.width !== before.width || state.height !== before.height) look();
    });
  }, [layer, root, store, drawnNodes, cards, large]);
  useEffect(() => {
    // Words are measured in the fonts that they are shown in.
    let open = true;
    void (document as Partial<Document>).fonts?.ready.then(() => {
      if (!open || !root) return;
      forgetWidths();
      cards.scale(Number(root.style.getPropertyValue("--dr-type")) || 1, true);
    });
    return () => { open = false; };
  }, [root, cards]);

  useEffect(() => { layer?.measured(); }, [layer, measures]);
  // Another state or filter says something else of every card, though nothing may move.
  useEffect(() => {
    const themed = theme !== look.current.theme && { theme };
    look.current = { theme, motion, frozen, stale };
    layer?.set({ motion, frozen, stale, ...themed });
  }, [layer, theme, motion, frozen, stale, drawnNodes, figures, filter, cards]);
  useEffect(() => { layer?.follow(followed); }, [layer, followed]);

  const near = useMemo(() => new Set(followed.flatMap(({ steps }) => steps.map(({ node }) => node))), [followed]);
  useEffect(() => {
    cards.follow(near);
    root?.toggleAttribute("data-following", near.size > 0);
  }, [near, root, cards, drawnNodes]);
  useEffect(() => {
    if (!layer || !root) return;
    layer.closeUp(near);
    const hover = (event: Event) => {
      const card = event.target instanceof Element ? event.target.closest("[data-node]") : null;
      const uuid = card?.getAttribute("data-node");
      layer.closeUp(uuid ? new Set([...near, uuid]) : near);
    };
    root.addEventListener("pointerover", hover);
    return () => { root.removeEventListener("pointerover", hover); };
  }, [near, root, layer]);

  return setCanvas;
}
