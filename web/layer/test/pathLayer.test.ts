import { changedParts } from "../src/dirtyTiles.ts";
import { sceneOf } from "@dagnet-realtime/react/picture/scene";
import { CARD } from "@dagnet-realtime/react/picture/spacing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { journey } from "../../react/test/bench/sample.ts";
import { clearTags, DASHES, drawLegs, drawStops, type PathInput, PathLayer } from "../src/pathLayer.ts";
import { marksOf } from "../src/pathMarks.ts";
import { type PathMark, boxAt } from "../src/protocol.ts";
import { FakeCanvas, fakeSurfaces, PALETTE } from "./support/canvas.ts";
import { renderBuffers } from "./support/buffers.ts";

describe("trails", () => {
  const scene = sceneOf(journey(), null);
  const buffers = renderBuffers(scene, () => 0);
  const paths = marksOf(scene, [{ token: "a", hue: 0, steps: [{ node: "landing", n: 1, edges: [], jump: false, inferred: false }], head: null }]);
  let made: FakeCanvas[];

  beforeEach(() => { made = fakeSurfaces(); });
  afterEach(() => { vi.unstubAllGlobals(); });

  it("PIC-18: followed paths are drawn when they, the view or the colours change, and only stamped otherwise", () => {
    const trails = new PathLayer();
    const from: PathInput = { paths, buffers, palette: PALETTE, camera: { x: 0, y: 0, zoom: 1, width: 100, height: 50, ratio: 1 } };
    const all = [[0, 0, 100, 50]] as const;
    trails.refresh(from, 100, 50, all);
    const drawn = () => made.reduce((sum, canvas) => sum + canvas.of("clearRect").length, 0);
    expect([made.length, drawn()]).toEqual([2, 2]);
    trails.refresh({ ...from }, 100, 50, all);
    expect(drawn()).toBe(2);
    const moved = { ...from, camera: { ...from.camera, x: 5 } };
    trails.refresh(moved, 100, 50, [[0, 0, 9, 9]]);
    expect([made.length, drawn(), made[0]?.of("clearRect").at(-1)?.args]).toEqual([2, 4, [0, 0, 100, 50]]);
    trails.refresh({ ...moved, paths: [...paths] }, 100, 50, [[0, 0, 9, 9]]);
    expect([drawn(), made[0]?.of("clearRect").at(-1)?.args]).toEqual([6, [0, 0, 9, 9]]);
    trails.refresh(from, 200, 50, all);
    expect(made.length).toBe(4);
    const canvas = new FakeCanvas();
    trails.stamp(canvas.brush, "stops", [0, 0, 64, 64]);
    expect(canvas.of("drawImage")).toHaveLength(1);
    trails.stamp(canvas.brush, "stops", [0, 0, 64, 64], () => false);
    trails.stamp(canvas.brush, "ways", [0, 0, 64, 64]);
    expect(canvas.of("drawImage")).toHaveLength(1);
  });

  it("PIC-18: a path that went on is drawn anew where it did, and the others not at all", () => {
    const steps = (nodes: readonly string[]) => nodes.map((node, i) => ({ node, n: i + 1, edges: i ? [`${nodes[i - 1] ?? ""}->${node}`] : [], jump: false, inferred: false }));
    const marks = (last: readonly string[]) => marksOf(scene, [{ token: "a", hue: 0, steps: steps(["landing", "list", "product"]), head: null }, { token: "b", hue: 1, steps: steps(last), head: null }]);
    const trails = new PathLayer();
    const from: PathInput = { paths: marks(["basket", "checkout"]), buffers, palette: PALETTE, camera: { x: 0, y: 0, zoom: 1, width: 1264, height: 700, ratio: 1 } };
    trails.refresh(from, 1264, 700, []);
    for (const canvas of made) canvas.clear();
    const box = boxAt(buffers, scene.nodeIndex.get("purchase") ?? -1);
    trails.refresh({ ...from, paths: marks(["basket", "checkout", "purchase"]) }, 1264, 700, [[Math.floor(box[0]) - 10, Math.floor(box[1]) - 10, 20, 20]]);
    expect(made[1]?.of("fillText").map(({ args }) => args[0])).toEqual(["3"]);
    expect(made[0]?.of("stroke").map(({ stroke }) => stroke)).toEqual([PALETTE.follow[1], PALETTE.follow[1]]);
  });

  it("nothing followed costs nothing", () => {
    const trails = new PathLayer();
    trails.refresh({ paths: [], buffers, palette: PALETTE, camera: { x: 0, y: 0, zoom: 1, width: 9, height: 9, ratio: 1 } }, 9, 9, []);
    const canvas = new FakeCanvas();
    trails.stamp(canvas.brush, "stops", [0, 0, 9, 9]);
    expect([made.length, canvas.of("drawImage").length]).toEqual([0, 0]);
  });
});

describe("paths", () => {
  const scene = sceneOf(journey(), null);
  const buffers = renderBuffers(scene, () => 40);
  const steps = [
    { node: "landing", n: 1, edges: [], jump: false, inferred: false },
    { node: "list", n: 2, edges: ["landing->list"], jump: false, inferred: false },
    { node: "basket", n: 3, edges: [], jump: true, inferred: false },
    { node: "express", n: 4, edges: ["basket->express"], jump: false, inferred: true },
  ];
  const marks = marksOf(scene, [{ token: "a", hue: 0, steps, head: null }, { token: "b", hue: 1, steps: steps.slice(0, 2), head: null }]);

  describe("followed paths", () => {
    it("PIC-15: every hue has a dash pattern of its own", () => {
      expect(new Set(DASHES.map((dash) => dash.join())).size).toBe(PALETTE.follow.length);
    });

    it("PIC-15: draws inferred parts thinner, jumps dashed, and keeps labels free", () => {
      const canvas = new FakeCanvas();
      drawLegs(canvas.brush, marks, buffers, PALETTE, true);
      expect(canvas.of("stroke").map(({ width }) => width)).toContain(1.1);
      expect(canvas.of("setLineDash").map(({ args }) => args[0])).toContainEqual([6, 6]);
      expect(canvas.of("clearRect").length).toBeGreaterThan(0);
      const far = new FakeCanvas();
      drawLegs(far.brush, marks, buffers, PALETTE, false);
      expect(far.of("clearRect")).toEqual([]);
    });

    it("PIC-15: numbers the stops in discs that grow from afar, beside one another", () => {
      const canvas = new FakeCanvas();
      drawStops(canvas.brush, marks, buffers, PALETTE, 0.4);
      expect(canvas.of("fillText").map(({ args }) => args[0])).toEqual(["1", "1", "2", "2", "3", "4"]);
      expect(canvas.of("scale")[0]?.args).toEqual([2, 2]);
      const [first, second] = canvas.of("translate").map(({ args }) => args[0] as number);
      expect(second).toBeGreaterThan(first ?? 0);
      expect(boxAt(buffers, 0)[2]).toBe(CARD.width);
    });

    it("PIC-15: marks a node that was only passed with a hollow disc, and counts the discs that have no room", () => {
      const canvas = new FakeCanvas();
      const way = [{ ...steps[0]!, node: "product" }, { node: "checkout", n: 2, edges: ["product->basket", "basket->checkout"], jump: false, inferred: true }];
      drawStops(canvas.brush, marksOf(scene, [{ token: "a", hue: 0, steps: way, head: null }]), buffers, PALETTE, 1);
      expect(canvas.of("fillText").map(({ args }) => args[0])).toEqual(["1", "2", "≈"]);
      const crowd = new FakeCanvas();
      drawStops(crowd.brush, marksOf(scene, Array.from({ length: 9 }, (_, n) => ({ token: `t${n}`, hue: 0 as const, steps: steps.slice(0, 1), head: null }))), buffers, PALETTE, 1);
      expect(crowd.of("fillText").map(({ args }) => args[0])).toEqual(["1", "1", "1", "1", "+5"]);
    });

    it("keeps tags free where they can be read", () => {
      const canvas = new FakeCanvas();
      clearTags(canvas.brush, marks, buffers, 0.4);
      expect(canvas.of("clearRect")).toEqual([]);
      clearTags(canvas.brush, marks, buffers, 1);
      expect(canvas.of("clearRect").length).toBeGreaterThan(0);
    });
  });
});

describe("changed", () => {
  const table = new Float32Array(48);
  const path = (token: string, rest: Partial<PathMark> = {}): PathMark => ({
    token, hue: 0, lane: 0, stops: [{ node: 1, numbers: [1] }], passed: [2], legs: [{ table, label: 0, lane: 0, jump: false, inferred: false }], ...rest,
  });

  it("PIC-18: paths that came or went are drawn anew whole, those that stayed not at all", () => {
    const [a, b, c] = [path("a"), path("b"), path("c")];
    expect(changedParts([a], [path("a")])).toEqual([]);
    expect(changedParts([a, b], [path("b"), c])).toEqual([{ legs: c.legs, nodes: [1, 2] }, { legs: a.legs, nodes: [1, 2] }]);
    for (const other of [{ hue: 1 }, { lane: 1 }]) expect(changedParts([a], [path("a", other)])).toHaveLength(2);
  });

  it("PIC-18: of a path that went on only what is new is drawn, and what it was", () => {
    const leg = { table: new Float32Array(48), label: 1, lane: 0, jump: false, inferred: false };
    const a = path("a");
    const [first] = a.legs;
    expect(changedParts([a], [path("a", { legs: [...a.legs, leg], stops: [...a.stops, { node: 5, numbers: [2] }] })])).toEqual([{ legs: [leg], nodes: [5] }]);
    expect(changedParts([a], [path("a", { stops: [{ node: 1, numbers: [1, 3] }], passed: [4] })])).toEqual([{ legs: [], nodes: [1, 2, 4] }]);
    expect(changedParts([a], [path("a", { stops: [], legs: [leg] })])).toEqual([{ legs: [first, leg], nodes: [1] }]);
    expect(changedParts([a], [path("a", { legs: [{ ...first!, lane: 3 }] })])).toMatchObject([{ legs: [{ lane: 0 }, { lane: 3 }] }]);
  });
});
