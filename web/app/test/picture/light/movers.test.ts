import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { journey } from "../../../src/picture/bench/sample.ts";
import { sceneOf } from "../../../src/picture/geometry/scene.ts";
import { stockOf } from "../../../src/picture/geometry/stock.ts";
import { Heads } from "../../../src/picture/light/heads.ts";
import { Legibility } from "../../../src/picture/light/legibility.ts";
import { marksOf } from "../../../src/picture/light/marks.ts";
import { Movers, type Moving } from "../../../src/picture/light/movers.ts";
import { Particles } from "../../../src/picture/light/particles.ts";
import { Rings } from "../../../src/picture/light/rings.ts";
import { Tiles } from "../../../src/picture/light/tiles.ts";
import { FakeCanvas, fakeSurfaces, PALETTE } from "../support/canvas.ts";

const scene = sceneOf(journey(), null);
const stock = stockOf(scene, () => 0);

describe("what moves", () => {
  let moving: Moving;
  beforeEach(() => {
    fakeSurfaces();
    const [particles, legibility, heads] = [new Particles(), new Legibility(), new Heads()];
    particles.reset(scene.edges.length);
    legibility.reset(scene.edges.length);
    moving = { stock, palette: PALETTE, camera: { x: 0, y: 0, zoom: 1, width: 1264, height: 700, ratio: 1 }, rings: new Rings(), particles, heads, legibility };
  });
  afterEach(() => { vi.unstubAllGlobals(); });

  it("PIC-11: a ring fades as it leaves; a late one is dashed; far away it is plain", () => {
    const canvas = new FakeCanvas();
    moving.rings.start(0, 0.9, false, 0);
    moving.rings.start(2, 0.9, true, 0);
    new Movers().draw(canvas.brush, moving, 300);
    expect(canvas.of("stroke")).toHaveLength(2);
    expect(canvas.of("stroke")[0]?.alpha).toBeLessThan(0.3);
    expect(canvas.of("setLineDash")[0]?.args).toEqual([[6, 5]]);
    const far = new FakeCanvas();
    new Movers().draw(far.brush, { ...moving, camera: { ...moving.camera, zoom: 0.2 } }, 100);
    expect(far.of("strokeRect")).toHaveLength(2);
  });

  it("PIC-13: particles are stamps, and none are drawn where an edge shows thickness", () => {
    moving.particles.launch([0], false, 0, 300);
    moving.particles.launch([1], true, 0, 300);
    moving.particles.advance(100, stock.tables);
    const canvas = new FakeCanvas();
    const movers = new Movers();
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
    const movers = new Movers();
    movers.mark(tiles, moving);
    expect(tiles.any).toBe(false);
    moving.rings.start(0, 0.9, false, 0);
    moving.particles.launch([0], false, 0, 300);
    moving.particles.advance(10, stock.tables);
    const steps = [{ node: "landing", n: 1, edges: [], jump: false, inferred: false }, { node: "list", n: 2, edges: ["landing->list"], jump: false, inferred: false }];
    moving.heads.follow(marksOf(scene, [{ token: "a", hue: 0, steps, head: "list" }]), 0, false);
    moving.heads.advance(100);
    movers.mark(tiles, moving);
    expect(tiles.any).toBe(true);
    expect(tiles.all).toBe(false);
    const canvas = new FakeCanvas();
    movers.draw(canvas.brush, moving, 100);
    expect(canvas.of("arc")).toHaveLength(3);
  });
});
