import { describe, expect, it } from "vitest";
import { journey } from "../../../src/picture/bench/sample.ts";
import { sceneOf } from "../../../src/picture/geometry/scene.ts";
import { stockOf } from "../../../src/picture/geometry/stock.ts";
import { marksOf } from "../../../src/picture/light/marks.ts";
import { boxAt, DASHES, drawStops, drawWays, freeTags } from "../../../src/picture/light/paths.ts";
import { FakeCanvas, PALETTE } from "../support/canvas.ts";

const scene = sceneOf(journey(), null);
const stock = stockOf(scene, () => 40);
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
    drawWays(canvas.brush, marks, stock, PALETTE, true);
    expect(canvas.of("stroke").map(({ width }) => width)).toContain(1.1);
    expect(canvas.of("setLineDash").map(({ args }) => args[0])).toContainEqual([6, 6]);
    expect(canvas.of("clearRect").length).toBeGreaterThan(0);
    const far = new FakeCanvas();
    drawWays(far.brush, marks, stock, PALETTE, false);
    expect(far.of("clearRect")).toEqual([]);
  });

  it("PIC-15: numbers the stops in discs that grow from afar, beside one another", () => {
    const canvas = new FakeCanvas();
    drawStops(canvas.brush, marks, stock, PALETTE, 0.4);
    expect(canvas.of("fillText").map(({ args }) => args[0])).toEqual(["1", "2", "3", "4", "1", "2"]);
    expect(canvas.of("scale")[0]?.args).toEqual([2, 2]);
    const [first, , , , second] = canvas.of("translate").map(({ args }) => args[0] as number);
    expect(second).toBeGreaterThan(first ?? 0);
    expect(boxAt(stock, 0)[2]).toBe(164);
  });

  it("PIC-15: marks a node that was only passed with a hollow disc, and counts the discs that have no room", () => {
    const canvas = new FakeCanvas();
    const way = [{ ...steps[0]!, node: "product" }, { node: "checkout", n: 2, edges: ["product->basket", "basket->checkout"], jump: false, inferred: true }];
    drawStops(canvas.brush, marksOf(scene, [{ token: "a", hue: 0, steps: way, head: null }]), stock, PALETTE, 1);
    expect(canvas.of("fillText").map(({ args }) => args[0])).toEqual(["1", "2", "≈"]);
    const crowd = new FakeCanvas();
    drawStops(crowd.brush, marksOf(scene, Array.from({ length: 9 }, (_, n) => ({ token: `t${n}`, hue: 0 as const, steps: steps.slice(0, 1), head: null }))), stock, PALETTE, 1);
    expect(crowd.of("fillText").map(({ args }) => args[0])).toEqual(["1", "1", "1", "1", "+5"]);
  });

  it("keeps tags free where they can be read", () => {
    const canvas = new FakeCanvas();
    freeTags(canvas.brush, marks, stock, 0.4);
    expect(canvas.of("clearRect")).toEqual([]);
    freeTags(canvas.brush, marks, stock, 1);
    expect(canvas.of("clearRect").length).toBeGreaterThan(0);
  });
});
