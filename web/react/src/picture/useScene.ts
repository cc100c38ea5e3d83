/** The scene of a graph: at once if it has a layout, else from a worker. */
import type { Box } from "@dagnet-realtime/layer/curve";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import { useEffect, useMemo, useState } from "react";
import { hasLayout, sceneOf, type Scene } from "./scene.ts";
import { layoutInWorker } from "./layout/layoutWorker.ts";

/** Null while a graph without layout is being arranged. */
export function useScene(graph: Graph): Scene | null {
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
  return useMemo(() => (own || boxes ? sceneOf(graph, boxes) : null), [graph, own, boxes]);
}
