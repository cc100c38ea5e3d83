import { sceneOf } from "@dagnet-realtime/react/picture/scene";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { journey } from "../../react/test/bench/sample.ts";
import { EdgeDetail } from "../src/detail.ts";
import { Glow, type StaticInput, StaticLayer } from "../src/staticLayer.ts";
import { type FakeCanvas, fakeSurfaces, PALETTE } from "./support/canvas.ts";
import { renderBuffers } from "./support/buffers.ts";
import { boxAt } from "../src/protocol.ts";
import { HALO } from "../src/sprites.ts";

describe("still", () => {
  const scene = sceneOf(journey(), null);
  const buffers = renderBuffers(scene, () => 0);
  const ALL = [[0, 0, 1264, 700]] as const;

  describe("the standing light", () => {
    let made: FakeCanvas[];
    let from: StaticInput;
    beforeEach(() => {
      made = fakeSurfaces();
      const [glow, legibility] = [new Glow(), new EdgeDetail()];
      glow.resize(scene.nodes.length);
      legibility.resize(scene.edges.length);
      from = { buffers, palette: PALETTE, camera: { x: 0, y: 0, zoom: 1, width: 1264, height: 700, ratio: 1 }, glow, legibility, paths: [], jumps: [] };
    });
    afterEach(() => { vi.unstubAllGlobals(); });

    it("PIC-18: stamps halos of glowing nodes only, and only within the patches", () => {
      const still = new StaticLayer();
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

    it("PIC-12: draws busy edges by thickness, with their steps a second if there is room", () => {
      const still = new StaticLayer();
      still.resize(1264, 700);
      const canvas = made.at(-1);
      const edge = scene.edges.findIndex(({ label }) => label?.double);
      for (let i = 0; i < 100; i++) from.legibility.count(edge, i * 10);
      still.repair(ALL, from, 1000, false);
      expect(canvas?.of("stroke").some(({ width }) => width > 3)).toBe(true);
      expect(canvas?.of("fillText").map(({ args }) => args[0])).toEqual([expect.stringMatching(/^\d+\/s$/)]);
    });

    it("stretches the halo it has while the view is zooming, and draws a sharp one after", () => {
      const still = new StaticLayer();
      from.glow.aim(Float32Array.from(scene.nodes, () => 1), true);
      from.glow.advance(0, () => undefined);
      still.repair(ALL, from, 0, false);
      const before = made.length;
      still.repair(ALL, { ...from, camera: { ...from.camera, zoom: 0.8 } }, 0, true);
      expect(made.length).toBe(before);
      still.repair(ALL, { ...from, camera: { ...from.camera, zoom: 0.8 } }, 0, false);
      expect(made.length).toBeGreaterThan(before);
    });

    it("draws halos at whole pixels, half a pixel at most from their cards", () => {
      const still = new StaticLayer();
      still.resize(1264, 700);
      const canvas = made.at(-1);
      from.glow.aim(Float32Array.from(scene.nodes, () => 1), true);
      from.glow.advance(0, () => undefined);
      const camera = { ...from.camera, x: 3.3, y: 7.8, zoom: 0.41 };
      still.repair(ALL, { ...from, camera }, 0, false);
      const places = canvas?.of("drawImage").map(({ args }) => args.slice(1) as number[]) ?? [];
      expect(places).toHaveLength(scene.nodes.length);
      places.forEach(([x, y], node) => {
        const box = boxAt(buffers, node);
        expect([Number.isInteger(x), Number.isInteger(y)]).toEqual([true, true]);
        expect(Math.abs((box[0] - HALO) * 0.41 + 3.3 - (x ?? 0))).toBeLessThanOrEqual(0.75);
        expect(Math.abs((box[1] - HALO) * 0.41 + 7.8 - (y ?? 0))).toBeLessThanOrEqual(0.75);
      });
    });
  });
});

describe("glow", () => {
  function painted(glow: Glow, elapsed: number): number[] {
    const nodes: number[] = [];
    glow.advance(elapsed, (node) => { nodes.push(node); });
    return nodes;
  }

  describe("glow", () => {
    it("ENG-21: rises and falls smoothly, so that levels never flicker", () => {
      const glow = new Glow();
      glow.resize(1);
      glow.aim(Float32Array.of(1), false);
      const seen: number[] = [];
      for (let i = 0; i < 60; i++) {
        glow.advance(16, () => undefined);
        seen.push(glow.of(0));
      }
      expect(seen.every((value, i) => i === 0 || value >= (seen[i - 1] ?? 0))).toBe(true);
      expect(seen[0]).toBeLessThan(0.5);
      expect(seen.at(-1)).toBeGreaterThan(0.95);
      expect(glow.still).toBe(true);
    });

    it("PIC-18: paints only what the eye would see", () => {
      const glow = new Glow();
      glow.resize(3);
      glow.aim(Float32Array.of(0.02, 0.8, 0), true);
      expect(painted(glow, 16)).toEqual([1]);
      glow.aim(Float32Array.of(0.02, 0.81, 0), false);
      expect(glow.still).toBe(true);
    });

    it("a hit raises its node at once, and never lowers one", () => {
      const glow = new Glow();
      glow.resize(1);
      glow.raise(0, 0.45);
      for (let i = 0; i < 60; i++) painted(glow, 16);
      expect(glow.of(0)).toBeCloseTo(0.45, 1);
      glow.raise(0, 0.2);
      expect(glow.still).toBe(true);
      glow.raise(7, 0.5);
      expect(glow.still).toBe(true);
    });

    it("PIC-18: of many that change at once the most changed are painted first, and all soon", () => {
      const glow = new Glow();
      glow.resize(200);
      glow.aim(Float32Array.from({ length: 200 }, (_, node) => (node === 77 ? 1 : 0.3)), false);
      const frames = Array.from({ length: 120 }, () => painted(glow, 16));
      expect(frames[0]).toContain(77);
      expect(Math.max(...frames.map(({ length }) => length))).toBeLessThanOrEqual(8);
      expect(new Set(frames.slice(0, 60).flat()).size).toBe(200);
      expect(glow.still).toBe(true);
      expect(glow.of(12)).toBeCloseTo(0.3, 1);
    });

    it("goes out wholly", () => {
      const glow = new Glow();
      glow.resize(1);
      glow.aim(Float32Array.of(0.5), true);
      painted(glow, 0);
      glow.aim(Float32Array.of(0), false);
      for (let i = 0; i < 400; i++) painted(glow, 16);
      expect(glow.of(0)).toBe(0);
    });
  });
});
