/** The scene of a graph: at once if it has a layout, else from a worker. */
import type { Box } from "@dagnet-realtime/layer/curve";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { hasLayout, sceneOf, type Scene } from "./scene.ts";
import type { CardSize } from "./spacing.ts";
import { roomWithin } from "./useFitView.ts";
import { layoutInWorker } from "./layout/layoutWorker.ts";

/** Null while a graph without layout is being arranged. `root` is what the picture fills. */
export function useScene(graph: Graph, root: HTMLElement | null): Scene | null {
  const room = useRoom(root);
  const [arranged, setArranged] = useState<{ graph: Graph; boxes: Box[] } | null>(null);
  const own = useMemo(() => hasLayout(graph), [graph]);
  useEffect(() => {
    if (own) return;
    const index = new Map(graph.nodes.map((node, i) => [node.uuid, i]));
    const links = graph.edges.flatMap(({ source, target }) => {
      const [from, to] = [index.get(source), index.get(target)];
      return from === undefined || to === undefined ? [] : [[from, to] as const];
    });
    return layoutInWorker({ nodes: graph.nodes.length, links }, (boxes) => { setArranged({ graph, boxes }); });
  }, [graph, own]);
  const boxes = arranged?.graph === graph ? arranged.boxes : null;
  return useMemo(() => (own || boxes ? sceneOf(graph, boxes, room) : null), [graph, own, boxes, room]);
}

/** A size that changes by less than this changes no layout, in CSS pixels. */
const STEP = 48;

/** The room for the graph within `element`, null while it has none. */
function useRoom(element: HTMLElement | null): CardSize | null {
  const { read, subscribe } = useMemo(() => watchRoom(element), [element]);
  return useSyncExternalStore(subscribe, read, () => null);
}

/** `read` gives the same object until the size is another. It is read before the first frame, so
 * that cards are laid out once when the picture opens.
 */
function watchRoom(element: HTMLElement | null): { read: () => CardSize | null; subscribe: (changed: () => void) => () => void } {
  let last: CardSize | null = null;
  return {
    read: () => (last = roomOf(element, last)),
    subscribe: (changed) => {
      if (!element || typeof ResizeObserver !== "function") return () => undefined;
      const sizes = new ResizeObserver(changed);
      sizes.observe(element);
      return () => { sizes.disconnect(); };
    },
  };
}

function roomOf(element: HTMLElement | null, last: CardSize | null): CardSize | null {
  if (!element || element.clientWidth === 0 || element.clientHeight === 0) return last;
  const { width, height } = roomWithin(element.clientWidth, element.clientHeight);
  return last && Math.abs(last.width - width) < STEP && Math.abs(last.height - height) < STEP ? last : { width, height };
}

