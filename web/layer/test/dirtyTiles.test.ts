import { sceneOf } from "@dagnet-realtime/react/picture/scene";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { journey } from "../../react/test/bench/sample.ts";
import { markEdge, markNode, markPath, TILE, Tiles, changedParts } from "../src/dirtyTiles.ts";
import { marksOf } from "../src/pathMarks.ts";
import { renderBuffers } from "./support/buffers.ts";

describe("tiles", () => {
  describe("tiles", () => {
    it("PIC-18: covers what was marked, once, and little more", () => {
      const rect = fc.tuple(fc.integer({ min: -50, max: 1300 }), fc.integer({ min: -50, max: 750 }), fc.integer({ min: 1, max: 120 }), fc.integer({ min: 1, max: 120 }));
      fc.assert(
        fc.property(fc.array(rect, { maxLength: 12 }), (rects) => {
          const tiles = new Tiles(1264, 700);
          for (const [x, y, w, h] of rects) tiles.mark(x, y, x + w, y + h);
          const patches = tiles.patches();
          const covering = (px: number, py: number) => patches.filter(([x, y, w, h]) => px >= x && px < x + w && py >= y && py < y + h).length;
          for (const [x, y] of rects) if (x >= 0 && y >= 0 && x < 1264 && y < 700) expect(covering(x, y)).toBe(1);
        }),
      );
    });

    it("PIC-18: leaves the rest alone, and takes all when most is dirty", () => {
      const tiles = new Tiles(640, 640);
      tiles.mark(TILE + 6, TILE + 6, TILE + 16, TILE * 3 - 4);
      expect(tiles.patches()).toEqual([[TILE, TILE, TILE, TILE * 2]]);
      const other = new Tiles(640, 640);
      other.mark(0, 0, 639, 639);
      tiles.absorb(other);
      expect(tiles.patches()).toEqual([[0, 0, 640, 640]]);
      tiles.clear();
      expect(tiles.any).toBe(false);
      for (let at = 0; at < 640; at += TILE * 2) for (let down = 0; down < 640; down += TILE * 2) tiles.mark(at, down, at + 1, down + 1);
      expect([tiles.all, tiles.patches()]).toEqual([false, [[0, 0, 640, 640]]]);
      tiles.clear();
      tiles.absorb(new Tiles(640, 640));
      tiles.markAll();
      expect(tiles.all).toBe(true);
    });
  });
});

describe("stale", () => {
  const scene = sceneOf(journey(), null);
  const buffers = renderBuffers(scene, () => 0);
  const steps = [{ node: "product", n: 1, edges: [], jump: false, inferred: false }, { node: "checkout", n: 2, edges: ["product->basket", "basket->checkout"], jump: false, inferred: true }];
  const [path] = changedParts([], marksOf(scene, [{ token: "t", hue: 0, steps, head: null }])) as [ReturnType<typeof changedParts>[number]];
  const CAMERA = { x: 100, y: 100, zoom: 1, width: 1264, height: 700, ratio: 1 };

  it("PIC-18: marks a node with its halo, an edge with its label, and nothing out of view", () => {
    const tiles = new Tiles(1264, 700);
    markNode(tiles, CAMERA, buffers, 0);
    expect(tiles.any).toBe(true);
    expect(tiles.all).toBe(false);
    tiles.clear();
    markEdge(tiles, CAMERA, buffers, 0);
    expect(tiles.any).toBe(true);
    tiles.clear();
    tiles.clear();
    markPath(tiles, CAMERA, buffers, path);
    expect([tiles.any, tiles.all]).toEqual([true, false]);
    tiles.clear();
    const away = { ...CAMERA, x: 9000 };
    markNode(tiles, away, buffers, 0);
    markEdge(tiles, away, buffers, 0);
    markPath(tiles, away, buffers, path);
    expect(tiles.any).toBe(false);
  });
});
