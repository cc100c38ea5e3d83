import { describe, expect, it } from "vitest";
import { extentOf, hasLayout, percent, sceneOf } from "../../../src/picture/geometry/scene.ts";
import { fullJourney, grid, journey } from "../../../src/picture/bench/sample.ts";

describe("the scene", () => {
  it("PIC-24: holds nodes in reading order, with their indices", () => {
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

  it("says probabilities as DagNet does, finer below one per cent", () => {
    expect([0.5, 0, 0.004, 0.0004, null, 1].map(percent)).toEqual(["50%", "0%", "0.4%", "<0.1%", "", "100%"]);
  });

  it("builds a thousand nodes in well under a second", () => {
    const began = performance.now();
    sceneOf(grid(1000), null);
    expect(performance.now() - began).toBeLessThan(3000);
  });
});
