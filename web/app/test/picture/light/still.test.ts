import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { journey } from "../../../src/picture/bench/sample.ts";
import { sceneOf } from "../../../src/picture/geometry/scene.ts";
import { stockOf } from "../../../src/picture/geometry/stock.ts";
import { Glow } from "../../../src/picture/light/glow.ts";
import { Legibility } from "../../../src/picture/light/legibility.ts";
import { Still, type Standing } from "../../../src/picture/light/still.ts";
import { type FakeCanvas, fakeSurfaces, PALETTE } from "../support/canvas.ts";

const scene = sceneOf(journey(), null);
const stock = stockOf(scene, () => 0);
const ALL = [[0, 0, 1264, 700]] as const;

describe("the standing light", () => {
  let made: FakeCanvas[];
  let from: Standing;
  beforeEach(() => {
    made = fakeSurfaces();
    const [glow, legibility] = [new Glow(), new Legibility()];
    glow.reset(scene.nodes.length);
    legibility.reset(scene.edges.length);
    from = { stock, palette: PALETTE, camera: { x: 0, y: 0, zoom: 1, width: 1264, height: 700, ratio: 1 }, glow, legibility, paths: [] };
  });
  afterEach(() => { vi.unstubAllGlobals(); });

  it("PIC-18: stamps halos of glowing nodes only, and only within the patches", () => {
    const still = new Still();
    still.resize(1264, 700);
    const canvas = made.at(-1);
    from.glow.aim(Float32Array.from(scene.nodes, (_, i) => (i < 2 ? 1 : 0)), true);
    from.glow.advance(0, () => undefined);
    still.repair(ALL, from, 0, false);
    expect(canvas?.of("drawImage")).toHaveLength(2);
    canvas?.clear();
    still.repair([[1200, 640, 64, 60]], from, 0, false);
    expect(canvas?.of("drawImage")).toHaveLength(0);
    expect(canvas?.of("clearRect")[0]?.args).toEqual([1200, 640, 64, 60]);
  });

  it("PIC-13: draws busy edges by thickness, with their steps a second where there is room", () => {
    const still = new Still();
    still.resize(1264, 700);
    const canvas = made.at(-1);
    const edge = scene.edges.findIndex(({ label }) => label?.double);
    for (let i = 0; i < 100; i++) from.legibility.count(edge, i * 10);
    still.repair(ALL, from, 1000, false);
    expect(canvas?.of("stroke").some(({ width }) => width > 3)).toBe(true);
    expect(canvas?.of("fillText").map(({ args }) => args[0])).toEqual([expect.stringMatching(/^\d+\/s$/)]);
  });

  it("stretches the halo it has while the view is zooming, and draws a sharp one after", () => {
    const still = new Still();
    from.glow.aim(Float32Array.from(scene.nodes, () => 1), true);
    from.glow.advance(0, () => undefined);
    still.repair(ALL, from, 0, false);
    const before = made.length;
    still.repair(ALL, { ...from, camera: { ...from.camera, zoom: 0.8 } }, 0, true);
    expect(made.length).toBe(before);
    still.repair(ALL, { ...from, camera: { ...from.camera, zoom: 0.8 } }, 0, false);
    expect(made.length).toBe(before + 1);
  });
});
