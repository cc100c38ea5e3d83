/** The scene of a graph: at once if it has a layout, else from a worker. */
import type { Box } from "@dagnet-realtime/layer/curve";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { EdgeRouting, hasLayout, type Scene } from "./scene.ts";
import type { CardSize } from "./placement.ts";
import { magnification, roomWithin } from "./useFitView.ts";
import { layoutInWorker } from "./layout/layoutWorker.ts";

/** Null while a graph without layout is being arranged. `root` is what the picture fills. */
export function useScene(graph: Graph, root: HTMLElement | null, large = false): Scene | null {
  const room = useRoom(root, large);
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
  return useRouted(useRouting(own || boxes ? graph : null, boxes, room));
}

/** In graphs of more nodes it takes a moment to place them. */
const MANY = 250;

/** Whether it can be seen that a graph is being arranged. */
export function isSlow(graph: Graph): boolean {
  return graph.nodes.length > MANY || !hasLayout(graph);
}

interface Routed {
  readonly graph: Graph;
  readonly boxes: readonly Box[] | null;
  readonly room: CardSize | null;
  readonly routing: EdgeRouting;
}

/** Null while there is no graph, and for the moment in which one is placed: the first, and another
 * large one, in a task before the one that draws it. Other versions of a graph are placed at once.
 */
function useRouting(graph: Graph | null, boxes: readonly Box[] | null, room: CardSize | null): EdgeRouting | null {
  const [first, setFirst] = useState<Routed | null>(null);
  const other = graph !== null && first?.graph.name !== graph.name;
  const apart = other && (first === null || graph.nodes.length > MANY);
  useEffect(() => {
    if (!apart) return;
    const timer = setTimeout(() => {
      const routing = new EdgeRouting(graph, boxes, room);
      leadFew(routing);
      setFirst({ graph, boxes, room, routing });
    });
    return () => { clearTimeout(timer); };
  }, [apart, graph, boxes, room]);
  const routing = useMemo(() => {
    if (graph === null || apart) return null;
    return first !== null && first.graph === graph && first.boxes === boxes && first.room === room ? first.routing : new EdgeRouting(graph, boxes, room);
  }, [graph, boxes, room, apart, first]);
  // Placed at once: its other versions will be too.
  if (other && routing !== null) setFirst({ graph, boxes, room, routing });
  return routing;
}

/** Graphs with more edges are shown with straight ones first. */
const MOST_AT_ONCE = 300;
/** Edges are led for so long at once, and shown so often meanwhile, in milliseconds. */
const SLICE_MS = 8;
const SHOWN_MS = 250;

function leadFew(routing: EdgeRouting): void {
  if (routing.left <= MOST_AT_ONCE) while (routing.step());
}

/** The scene, whose edges are led round the cards at once if they are few, else bit by bit while
 * the page goes on.
 */
function useRouted(routing: EdgeRouting | null): Scene | null {
  const first = useMemo(() => {
    if (routing !== null) leadFew(routing);
    return routing?.scene() ?? null;
  }, [routing]);
  const [led, setLed] = useState<{ readonly routing: EdgeRouting; readonly scene: Scene } | null>(null);
  useEffect(() => {
    if (routing === null || first === null) return;
    // The camera stays where it is: bends beyond the cards have room at the edge of the picture.
    return inSlices(routing, () => { setLed({ routing, scene: { ...routing.scene(), extent: first.extent, farExtent: first.farExtent } }); });
  }, [routing, first]);
  return led !== null && led.routing === routing ? led.scene : first;
}

/** Leads the edges that are left, with time for other things after every slice; `show` is called
 * now and then, and at the end. The function returned gives up.
 */
export function inSlices(routing: Pick<EdgeRouting, "left" | "step">, show: () => void, now: () => number = () => performance.now()): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let shown = now();
  const slice = (): void => {
    const until = now() + SLICE_MS;
    while (routing.left > 0 && now() < until) routing.step();
    const done = routing.left === 0;
    if (done || now() - shown >= SHOWN_MS) {
      shown = now();
      show();
    }
    if (!done) timer = setTimeout(slice);
  };
  if (routing.left > 0) timer = setTimeout(slice);
  return () => { clearTimeout(timer); };
}

/** A size that changes by less than this changes no layout, in CSS pixels. */
const STEP = 48;

/** The room for the graph within `element`, null while it has none. */
function useRoom(element: HTMLElement | null, large: boolean): CardSize | null {
  const { read, subscribe } = useMemo(() => watchRoom(element, large), [element, large]);
  return useSyncExternalStore(subscribe, read, () => null);
}

/** `read` gives the same object until the size is another. It is measured before the first frame,
 * so that cards are laid out once when the picture opens, and then only as it changes: to measure
 * lays out all that was changed on the page.
 */
function watchRoom(element: HTMLElement | null, large: boolean): { read: () => CardSize | null; subscribe: (changed: () => void) => () => void } {
  let last: CardSize | null | undefined;
  const measure = (): CardSize | null => (last = roomOf(element, last ?? null, large));
  return {
    read: () => (last === undefined ? measure() : last),
    subscribe: (changed) => {
      if (!element || typeof ResizeObserver !== "function") return () => undefined;
      const sizes = new ResizeObserver(() => {
        measure();
        changed();
      });
      sizes.observe(element);
      return () => { sizes.disconnect(); };
    },
  };
}

function roomOf(element: HTMLElement | null, last: CardSize | null, large: boolean): CardSize | null {
  if (!element || element.clientWidth === 0 || element.clientHeight === 0) return last;
  const room = roomWithin(element.clientWidth, element.clientHeight, large);
  const times = magnification(element.clientWidth, large);
  const [width, height] = [room.width / times, room.height / times];
  return last && Math.abs(last.width - width) < STEP && Math.abs(last.height - height) < STEP ? last : { width, height };
}

