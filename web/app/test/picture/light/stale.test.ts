import { expect, it } from "vitest";
import { journey } from "../../../src/picture/bench/sample.ts";
import { sceneOf } from "../../../src/picture/geometry/scene.ts";
import { stockOf } from "../../../src/picture/geometry/stock.ts";
import { changed } from "../../../src/picture/light/changed.ts";
import { marksOf } from "../../../src/picture/light/marks.ts";
import { staleAlong, staleAround, stalePath } from "../../../src/picture/light/stale.ts";
import { Tiles } from "../../../src/picture/light/tiles.ts";

const scene = sceneOf(journey(), null);
const stock = stockOf(scene, () => 0);
const steps = [{ node: "product", n: 1, edges: [], jump: false, inferred: false }, { node: "checkout", n: 2, edges: ["product->basket", "basket->checkout"], jump: false, inferred: true }];
const [path] = changed([], marksOf(scene, [{ token: "t", hue: 0, steps, head: null }])) as [ReturnType<typeof changed>[number]];
const CAMERA = { x: 100, y: 100, zoom: 1, width: 1264, height: 700, ratio: 1 };

it("PIC-18: marks a node with its halo, an edge with its label, and nothing out of view", () => {
  const tiles = new Tiles(1264, 700);
  staleAround(tiles, CAMERA, stock, 0);
  expect(tiles.any).toBe(true);
  expect(tiles.all).toBe(false);
  tiles.clear();
  staleAlong(tiles, CAMERA, stock, 0);
  expect(tiles.any).toBe(true);
  tiles.clear();
  tiles.clear();
  stalePath(tiles, CAMERA, stock, path);
  expect([tiles.any, tiles.all]).toEqual([true, false]);
  tiles.clear();
  const away = { ...CAMERA, x: 9000 };
  staleAround(tiles, away, stock, 0);
  staleAlong(tiles, away, stock, 0);
  stalePath(tiles, away, stock, path);
  expect(tiles.any).toBe(false);
});
