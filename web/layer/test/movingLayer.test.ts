import { sceneOf } from "@dagnet-realtime/react/picture/scene";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { journey } from "../../react/test/bench/sample.ts";
import { along, POINTS } from "../src/curve.ts";
import { EdgeDetail } from "../src/detail.ts";
import { Tiles } from "../src/dirtyTiles.ts";
import { APART_MS, MOST_PARTICLES, type Moving, MovingLayer, Particles, PathHeads, RING_MS, RING_REACH, ringProgress, Rings, TRAVEL_MS } from "../src/movingLayer.ts";
import { marksOf } from "../src/pathMarks.ts";
import type { Leg, PathMark } from "../src/protocol.ts";
import { FakeCanvas, fakeSurfaces, PALETTE } from "./support/canvas.ts";
import { renderBuffers } from "./support/buffers.ts";

describe("movers", () => {
  const scene = sceneOf(journey(), null);
  const buffers = renderBuffers(scene, () => 0);

  describe("what moves", () => {
    let moving: Moving;
    beforeEach(() => {
      fakeSurfaces();
      const [particles, legibility, heads] = [new Particles(), new EdgeDetail(), new PathHeads()];
      particles.resize(scene.edges.length);
      legibility.resize(scene.edges.length);
      moving = { buffers, palette: PALETTE, camera: { x: 0, y: 0, zoom: 1, width: 1264, height: 700, ratio: 1 }, rings: new Rings(), particles, heads, legibility };
    });
    afterEach(() => { vi.unstubAllGlobals(); });

    it("PIC-11: a ring fades as it leaves; a late one is dashed; far away it is plain", () => {
      const canvas = new FakeCanvas();
      moving.rings.start(0, 0.9, false, 0);
      moving.rings.start(2, 0.9, true, 0);
      new MovingLayer().draw(canvas.brush, moving, 300);
      expect(canvas.of("stroke")).toHaveLength(2);
      expect(canvas.of("stroke")[0]?.alpha).toBeLessThan(0.3);
      expect(canvas.of("setLineDash")[0]?.args).toEqual([[6, 5]]);
      const late = new FakeCanvas();
      new MovingLayer().draw(late.brush, moving, 560);
      expect(late.of("stroke")).toEqual([]);
      const far = new FakeCanvas();
      new MovingLayer().draw(far.brush, { ...moving, camera: { ...moving.camera, zoom: 0.2 } }, 100);
      expect(far.of("strokeRect")).toHaveLength(2);
    });

    it("PIC-12: particles are stamps, and none are drawn if an edge shows thickness", () => {
      moving.particles.launch([0], false, 0, 300);
      moving.particles.launch([1], true, 0, 300);
      moving.particles.advance(100, buffers.tables);
      const canvas = new FakeCanvas();
      const movers = new MovingLayer();
      movers.draw(canvas.brush, moving, 100);
      expect(canvas.of("drawImage")).toHaveLength(2);
      for (let i = 0; i < 60; i++) moving.legibility.count(0, i * 10);
      canvas.clear();
      movers.draw(canvas.brush, moving, 100);
      expect(canvas.of("drawImage")).toHaveLength(1);
      canvas.clear();
      movers.draw(canvas.brush, { ...moving, camera: { ...moving.camera, zoom: 0.2 } }, 100);
      expect(canvas.of("fillRect")).toHaveLength(1);
    });

    it("PIC-18: marks only the tiles under what moves", () => {
      const tiles = new Tiles(1264, 700);
      const movers = new MovingLayer();
      movers.mark(tiles, moving, 0);
      expect(tiles.any).toBe(false);
      moving.rings.start(0, 0.9, false, 0);
      moving.particles.launch([0], false, 0, 300);
      moving.particles.advance(10, buffers.tables);
      const steps = [{ node: "landing", n: 1, edges: [], jump: false, inferred: false }, { node: "list", n: 2, edges: ["landing->list"], jump: false, inferred: false }];
      moving.heads.follow(marksOf(scene, [{ token: "a", hue: 0, steps, head: "list" }]), 0, false);
      moving.heads.advance(100);
      movers.mark(tiles, moving, 100);
      expect(tiles.any).toBe(true);
      expect(tiles.all).toBe(false);
      const canvas = new FakeCanvas();
      movers.draw(canvas.brush, moving, 100);
      expect(canvas.of("arc")).toHaveLength(3);
    });
  });
});

describe("rings", () => {
  describe("rings", () => {
    it("PIC-11: a ring is over after 600 ms and travels 14 px, fast first", () => {
      expect([RING_MS, RING_REACH]).toEqual([600, 14]);
      expect([ringProgress(0, 0), ringProgress(0, 600), ringProgress(0, 900)]).toEqual([0, 1, 1]);
      expect(ringProgress(0, 150)).toBeGreaterThan(0.5);
      const rings = new Rings();
      rings.start(3, 0.9, false, 0);
      rings.advance(599);
      expect(rings.live).toHaveLength(1);
      rings.advance(600);
      expect(rings.live).toHaveLength(0);
    });

    it("holds no more rings than it is allowed, and clears them", () => {
      const rings = new Rings();
      for (let i = 0; i < 10; i++) rings.start(i, 0.5, true, 0, 4);
      expect(rings.live.map(({ node }) => node)).toEqual([0, 1, 2, 3]);
      rings.clear();
      expect(rings.live).toEqual([]);
    });
  });
});

describe("particles", () => {
  /** Two edges, straight: 0 → 230 and 230 → 460. */
  const TABLES = Float32Array.from({ length: POINTS * 4 }, (_, i) => (i % 2 === 0 ? Math.floor(i / 2) * 10 - (i >= POINTS * 2 ? 10 : 0) : 0));

  function particles(): Particles {
    const made = new Particles();
    made.resize(2);
    return made;
  }

  describe("particles", () => {
    it("PIC-12: goes along its edge in 900 ms by time, not by frame", () => {
      const made = particles();
      made.launch([0], false, 0, 300);
      made.advance(450, TABLES);
      expect(made.live[0]?.x).toBeCloseTo(115, 0);
      made.advance(TRAVEL_MS, TABLES);
      expect(made.live).toEqual([]);
    });

    it("PIC-12: keeps 120 ms between two on one edge, in the order of arrival", () => {
      fc.assert(
        fc.property(fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 30 }), (waits) => {
          const made = particles();
          let now = 0;
          for (const wait of waits) made.launch([0], false, (now += wait), 300);
          const starts = made.live.map((one) => one.starts[0] ?? 0);
          starts.forEach((start, i) => { if (i > 0) expect(start - (starts[i - 1] ?? 0)).toBeGreaterThanOrEqual(APART_MS); });
        }),
      );
    });

    it("PIC-12: travels several edges one after the other", () => {
      const made = particles();
      made.launch([0, 1], true, 0, 300);
      made.advance(TRAVEL_MS + 450, TABLES);
      expect(made.live[0]).toMatchObject({ leg: 1, inferred: true });
      expect(made.live[0]?.x).toBeCloseTo(345, 0);
    });

    it("PIC-12: never flies more than it may, nor queues longer than a second", () => {
      const made = new Particles();
      made.resize(1000);
      for (let edge = 0; edge < 1000; edge++) made.launch([edge], false, 0, MOST_PARTICLES);
      expect(made.live).toHaveLength(300);
      const one = particles();
      for (let i = 0; i < 100; i++) one.launch([0], false, 0, 300);
      expect(one.live.length).toBeLessThan(11);
      expect(one.launch([], false, 0, 300)).toBe(false);
      one.clear();
      expect(one.live).toEqual([]);
    });

    it("waits unseen until its start", () => {
      const made = particles();
      made.launch([0], false, 0, 300);
      made.launch([0], false, 0, 300);
      made.advance(60, TABLES);
      expect(made.live.map(({ leg }) => leg)).toEqual([0, -1]);
    });

    it("finds the point at any part of the way", () => {
      expect(along(TABLES, 0, 0)).toEqual([0, 0]);
      expect(along(TABLES, 0, 1)).toEqual([230, 0]);
    });
  });
});

describe("heads", () => {
  /** A leg along y = its number, from x 0 to 230. */
  const leg = (n: number): Leg => ({ table: Float32Array.from({ length: POINTS * 2 }, (_, i) => (i % 2 ? n : (i / 2) * 10)), label: -1, lane: 0, jump: false, inferred: false });
  const path = (legs: number): PathMark => ({ token: "t", hue: 0, lane: 0, stops: [], passed: [], legs: Array.from({ length: legs }, (_, n) => leg(n)) });

  describe("heads", () => {
    it("PIC-15: travels each new leg once and rests where the trace stands", () => {
      const heads = new PathHeads();
      heads.follow([path(2)], 0, false);
      expect(heads.advance(450)).toBe(true);
      expect(heads.live.get("t")).toMatchObject({ y: 1 });
      expect(heads.live.get("t")?.x).toBeCloseTo(115, 0);
      expect(heads.advance(900)).toBe(false);
      heads.follow([path(3)], 5000, false);
      expect(heads.advance(5450)).toBe(true);
      expect(heads.live.get("t")?.y).toBe(2);
      heads.advance(5900);
      expect(heads.live.get("t")).toMatchObject({ x: 230, y: 2 });
    });

    it("PIC-15: does not travel while still, and catches up when far behind", () => {
      const heads = new PathHeads();
      heads.follow([path(9)], 0, true);
      expect(heads.advance(1)).toBe(false);
      expect(heads.live.get("t")).toMatchObject({ x: 230, y: 8 });
      heads.follow([path(30)], 10, false);
      let now = 10;
      while (heads.advance(now)) now += 50;
      expect(now).toBeLessThan(4 * 900);
    });

    it("lets go of traces no longer followed", () => {
      const heads = new PathHeads();
      heads.follow([path(1), { ...path(0), token: "u" }], 0, false);
      heads.advance(1);
      heads.follow([], 0, false);
      expect(heads.live.size).toBe(0);
    });
  });
});
