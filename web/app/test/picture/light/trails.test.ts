import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { journey } from "../../../src/picture/bench/sample.ts";
import { sceneOf } from "../../../src/picture/geometry/scene.ts";
import { stockOf } from "../../../src/picture/geometry/stock.ts";
import { marksOf } from "../../../src/picture/light/marks.ts";
import { type Followed, Trails } from "../../../src/picture/light/trails.ts";
import { FakeCanvas, fakeSurfaces, PALETTE } from "../support/canvas.ts";

const scene = sceneOf(journey(), null);
const stock = stockOf(scene, () => 0);
const paths = marksOf(scene, [{ token: "a", hue: 0, steps: [{ node: "landing", n: 1, edges: [], jump: false, inferred: false }], head: null }]);
let made: FakeCanvas[];

beforeEach(() => { made = fakeSurfaces(); });
afterEach(() => { vi.unstubAllGlobals(); });

it("PIC-18: followed paths are drawn when they, the view or the colours change, and only stamped otherwise", () => {
  const trails = new Trails();
  const from: Followed = { paths, stock, palette: PALETTE, camera: { x: 0, y: 0, zoom: 1, width: 100, height: 50, ratio: 1 } };
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
  trails.stamp(canvas.brush, "ways", [[0, 0, 64, 64], [64, 0, 64, 64]]);
  expect(canvas.of("drawImage")).toHaveLength(2);
});

it("nothing followed costs nothing", () => {
  const trails = new Trails();
  trails.refresh({ paths: [], stock, palette: PALETTE, camera: { x: 0, y: 0, zoom: 1, width: 9, height: 9, ratio: 1 } }, 9, 9, []);
  const canvas = new FakeCanvas();
  trails.stamp(canvas.brush, "stops", [[0, 0, 9, 9]]);
  expect([made.length, canvas.of("drawImage").length]).toEqual([0, 0]);
});
