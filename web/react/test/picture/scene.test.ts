import { POINTS, type Box } from "@dagnet-realtime/layer/curve";
import { describe, expect, it } from "vitest";
import { fitOf, typeScale } from "../../src/picture/cardText.ts";
import { extentOf, hasLayout, neighbour, percent, measuresOf, readingOrder, sceneOf } from "../../src/picture/scene.ts";
import { fullJourney, grid, journey } from "../bench/sample.ts";

describe("scene", () => {
  describe("the scene", () => {
    it("PIC-26: holds nodes in reading order, with their indices", () => {
      const scene = sceneOf(journey(), null);
      const titles = scene.nodes.map(({ node }) => node.label);
      expect(titles.slice(0, 5)).toEqual(["Landing page", "Email click", "Product list", "Site search", "Store finder"]);
      expect(scene.nodeIndex.get("email")).toBe(1);
      expect(scene.edges).toHaveLength(journey().edges.length);
    });

    it("leaves out edges whose ends are missing, and bends a loop over its card", () => {
      const graph = journey();
      const [first] = graph.edges;
      if (!first) throw new Error("no edge");
      const scene = sceneOf({ ...graph, edges: [{ ...first, target: "gone" }, { ...first, uuid: "loop", target: first.source }] }, null);
      expect(scene.edges.map(({ id }) => id)).toEqual(["loop"]);
      expect(Math.min(...(scene.edges[0]?.table ?? []))).toBeLessThan(scene.nodes[0]?.box.y ?? 0);
    });

    it("PIC-2: tells a layout from its absence", () => {
      const graph = journey();
      expect(hasLayout(graph)).toBe(true);
      expect(hasLayout({ ...graph, nodes: graph.nodes.map((node) => ({ ...node, x: null, y: null })) })).toBe(false);
      expect(hasLayout({ ...graph, nodes: graph.nodes.map((node) => ({ ...node, x: 0, y: 0 })) })).toBe(false);
      expect(hasLayout({ ...graph, nodes: graph.nodes.map((node, i) => ({ ...node, x: i === 0 ? 300 : 0, y: 0 })) })).toBe(false);
      expect(hasLayout({ ...graph, nodes: graph.nodes.slice(0, 1) })).toBe(true);
      expect(hasLayout({ ...graph, nodes: [] })).toBe(true);
    });

    it("takes frames and notes along, and measures the whole", () => {
      const scene = sceneOf(fullJourney(), null);
      expect(scene.frames).toHaveLength(1);
      expect(scene.notes[0]?.box).toMatchObject({ width: 150, height: 76 });
      const extent = extentOf(scene);
      for (const { box } of [...scene.nodes, ...scene.frames]) expect(box.x + box.width).toBeLessThanOrEqual(extent.x + extent.width);
      expect(extentOf(sceneOf({ ...journey(), nodes: [], edges: [] }, null))).toEqual({ x: 0, y: 0, width: 1, height: 1 });
    });

    it("PIC-1: in a tall room what leads from left to right leads from top to bottom, larger", () => {
      const room = { width: 366, height: 560 };
      for (const graph of [journey(), fullJourney()]) {
        const scene = sceneOf(graph, null, room);
        const { box: first } = scene.nodes[scene.nodeIndex.get("landing") ?? -1] ?? { box: null };
        const { box: last } = scene.nodes[scene.nodeIndex.get("purchase") ?? -1] ?? { box: null };
        expect((last?.y ?? 0) - (first?.y ?? 0)).toBeGreaterThan(300);
        for (const { box: a } of scene.nodes) for (const { box: b } of scene.nodes) if (a !== b) expect(a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y).toBe(true);
        expect(scene.nodes.map(({ node }) => node.label).sort()).toEqual(graph.nodes.map(({ label }) => label).sort());
        const { width, height } = extentOf(scene);
        const wide = extentOf(sceneOf(graph, null, { width: 560, height: 366 }));
        expect(Math.min(room.width / width, room.height / height)).toBeGreaterThan(Math.min(room.width / wide.width, room.height / wide.height) * 1.1);
      }
      const arranged = journey().nodes.map((_, i) => ({ x: i * 224, y: 0, width: 172, height: 84 }));
      const tops = sceneOf(journey(), arranged, room).nodes.map(({ box }) => box.y);
      expect(new Set(tops).size).toBe(arranged.length);
    });

    it("PIC-1: a long chain is drawn closely if names would be left out, whether it has a layout or was arranged", () => {
      const room = { width: 896, height: 343 };
      const [first, edge] = [journey().nodes[0], journey().edges[0]];
      if (!first || !edge) throw new Error("no node");
      const nodes = Array.from({ length: 13 }, (_, i) => ({ ...first, uuid: `c${i}`, label: "Order Confirmed", x: i * 250, y: i % 2 ? 170 : 0 }));
      const edges = nodes.slice(1).map(({ uuid }, i) => ({ ...edge, uuid: `w${i}`, source: `c${i}`, target: uuid }));
      const boxes = nodes.map((_, i) => ({ x: i * 264, y: i % 2 ? 118 : 0, width: 172, height: 84 }));
      for (const [arranged, own] of [[null, nodes], [boxes, nodes.map((node) => ({ ...node, x: null, y: null }))]] as const) {
        const scene = sceneOf({ ...journey(), nodes: [...own], edges }, arranged, room);
        const { width, height } = scene.farExtent;
        const zoom = Math.min(room.width / width, room.height / height);
        const { box } = scene.nodes[0] ?? { box: { width: 0, height: 0 } };
        expect(fitOf("Order Confirmed", box.width, box.height, typeScale(zoom), false).room).not.toBe("none");
        expect(scene.nodes.map(({ node }) => node.uuid)).toEqual(nodes.map(({ uuid }) => uuid));
      }
    });

    it("says probabilities as DagNet does, finer below one per cent", () => {
      expect([0.5, 0, 0.004, 0.0004, null, 1].map(percent)).toEqual(["50%", "0%", "0.4%", "<0.1%", "", "100%"]);
    });

    it("reads each node and edge of a large graph as often as of a small one", () => {
      const reads = (nodes: number): number => {
        let count = 0;
        const counted = <T extends object>(one: T): T => new Proxy(one, { get: (target, key, own) => { count += 1; return Reflect.get(target, key, own) as unknown; } });
        const graph = grid(nodes);
        sceneOf({ ...graph, nodes: graph.nodes.map(counted), edges: graph.edges.map(counted) }, null);
        return count / (graph.nodes.length + graph.edges.length);
      };
      expect(reads(1000)).toBeLessThan(1.2 * reads(100));
    });
  });
});

describe("reading", () => {
  const at = (x: number, y: number): Box => ({ x, y, width: 164, height: 80 });

  describe("reading order", () => {
    it("PIC-26: goes column by column from the left, each from top to bottom", () => {
      expect(readingOrder([at(400, 0), at(10, 200), at(0, 300), at(210, 90), at(30, 10)])).toEqual([4, 1, 2, 3, 0]);
    });

    it("PIC-26: an arrow leads to the nearest card in its direction", () => {
      const boxes = [at(0, 0), at(212, 20), at(212, 300), at(0, 120)];
      expect(neighbour(boxes, 0, "right")).toBe(1);
      expect(neighbour(boxes, 0, "down")).toBe(3);
      expect(neighbour(boxes, 1, "left")).toBe(0);
      expect(neighbour(boxes, 0, "left")).toBeNull();
      expect(neighbour(boxes, 9, "up")).toBeNull();
    });
  });
});

describe("measures", () => {
  it("tell boxes, tags, the points of edges, and labels of one line or two", () => {
    const scene = sceneOf(journey(), null);
    const measures = measuresOf(scene, (uuid) => (uuid === "purchase" ? 42 : 0));
    expect(measures.boxes().get("purchase")).toEqual(scene.nodes[scene.nodeIndex.get("purchase") ?? -1]?.box);
    expect(measures.tag("purchase")).toBe(42);
    const labelled = scene.edges.find(({ label }) => label !== null);
    expect(measures.path(labelled?.id ?? "")).toHaveLength(POINTS);
    expect(measures.path(labelled?.id ?? "")).toBe(measures.path(labelled?.id ?? ""));
    expect(measures.label(labelled?.id ?? "")?.lines).toBe(labelled?.label?.double ? 2 : 1);
    expect([measures.path("no edge"), measures.label("no edge")]).toEqual([null, null]);
  });
});
