// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { LightListener, LightSource } from "@dagnet-realtime/client/light";
import { journey } from "../../react/test/bench/sample.ts";
import { type Box, type Point, POINTS } from "../src/curve.ts";
import { lightLayer, type LightLayer, type LightLayerOptions } from "../src/lightLayer.ts";
import { MeasuredDrawing, tableAlong } from "../src/measuredDrawing.ts";
import { FakeCanvas, FakeFrames, fakeSurfaces } from "./support/canvas.ts";

const graph = journey();
const [first, second] = graph.nodes.map(({ uuid }) => uuid) as [string, string];
const edge = graph.edges.find(({ source }) => source === first)!.uuid;

/** Light of one event at each hit. */
class TestLight implements LightSource {
  private readonly listeners = new Set<LightListener>();
  private readonly lit = new Map<string, number>();
  now(): number { return Date.now(); }
  node(uuid: string) {
    const lastAt = this.lit.get(uuid) ?? null;
    return { count: lastAt === null ? 0 : 1, rate: 0, level: lastAt === null ? 0 : 0.3, lastAt };
  }
  subscribe(listener: LightListener) {
    this.listeners.add(listener);
    return () => { this.listeners.delete(listener); };
  }
  hit(node: string): void {
    this.lit.set(node, Date.now());
    for (const listener of this.listeners) listener.hit({ node, late: false, token: null } as never);
  }
  step(uuid: string): void {
    for (const listener of this.listeners) listener.step({ edges: [uuid], inferred: false, followed: false, jump: false, token: "t" } as never);
  }
}

let boxes: Map<string, Box>;
let paths: Map<string, Point[]>;
let frames: FakeFrames;
let fake: FakeCanvas;
let source: TestLight;
let asked: string[];
let size: { width: number; height: number };
let opened: LightLayer[];

function open(more: Partial<LightLayerOptions> = {}): LightLayer {
  const canvas = document.createElement("canvas");
  fake = new FakeCanvas();
  size = { width: 1200, height: 700 };
  Object.defineProperties(canvas, { clientWidth: { get: () => size.width }, clientHeight: { get: () => size.height } });
  vi.spyOn(canvas, "getContext").mockReturnValue(fake.brush as never);
  const layer = lightLayer(canvas, {
    light: source, frames, motion: "full", camera: () => ({ x: 0, y: 0, zoom: 1 }),
    boxes: () => boxes,
    path: (uuid) => { asked.push(uuid); return paths.get(uuid) ?? null; },
    ...more,
  });
  opened.push(layer);
  frames.run(20);
  fake.clear();
  return layer;
}

beforeEach(() => {
  vi.useFakeTimers();
  fakeSurfaces();
  frames = new FakeFrames();
  source = new TestLight();
  boxes = new Map(graph.nodes.map(({ uuid }, i) => [uuid, { x: 40 + (i % 6) * 190, y: 60 + Math.floor(i / 6) * 260, width: 110, height: 110 }]));
  paths = new Map([[edge, [{ x: 150, y: 115 }, { x: 230, y: 115 }]]]);
  asked = [];
  opened = [];
});
afterEach(() => {
  for (const layer of opened) layer.close();
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

/** Gives the canvas another size, so that its surfaces are made anew. */
function sized(layer: LightLayer, change: Partial<typeof size>): void {
  size = { ...size, ...change };
  layer.moved();
}

/** Left edges of rings that were drawn: the first point of each rounded rectangle. */
const rings = (): number[] => fake.of("roundRect").map(({ args }) => args[0] as number);

it("EMB-30: a hit rings around the host's box, outside its outline", () => {
  open();
  source.hit(second);
  frames.run(6);
  const { x } = boxes.get(second)!;
  expect(rings().length).toBeGreaterThan(0);
  expect(rings().every((left) => left < x && left > x - 20)).toBe(true);
});

it("EMB-30: asks for the path of an edge that light needs, once for one that is not drawn until it is measured again", () => {
  const layer = open();
  expect(asked).toEqual([]);
  source.step(edge);
  frames.run(10);
  expect(new Set(asked)).toEqual(new Set([edge]));
  paths.clear();
  layer.measured();
  frames.next();
  asked.length = 0;
  for (let i = 0; i < 5; i++) source.step(edge);
  expect(asked).toHaveLength(1);
});

it("EMB-30: a moved box takes its light along, a removed node's goes, and a new one may light", () => {
  const layer = open();
  source.hit(second);
  frames.run(3);
  boxes.set(second, { x: 900, y: 400, width: 110, height: 110 });
  layer.measured();
  frames.run(2);
  fake.clear();
  frames.run(3);
  expect(rings().every((left) => left > 850)).toBe(true);
  boxes.delete(second);
  layer.measured();
  frames.run(2);
  fake.clear();
  source.hit(second);
  frames.run(5);
  expect(rings()).toEqual([]);
  boxes.set("a new node", { x: 10, y: 10, width: 40, height: 40 });
  vi.advanceTimersByTime(500);
  source.hit("a new node");
  frames.run(5);
  expect(rings().length).toBeGreaterThan(0);
});

it("EMB-30: draws unexpected steps dashed, with their count, between nodes that are drawn", () => {
  const layer = open();
  const made = fakeSurfaces();
  sized(layer, { width: 1000 });
  layer.unexpected([{ from: first, to: second, count: 1200 }, { from: first, to: "no node", count: 3 }, { from: first, to: first, count: 3 }]);
  frames.run(5);
  const texts = made.flatMap((surface) => surface.of("fillText").map(({ args }) => args[0]));
  expect(texts).toEqual(["1.2k×"]);
  expect(made.flatMap((surface) => surface.of("setLineDash").map(({ args }) => args[0]))).toContainEqual([6, 6]);
});

it("EMB-30: with reduced motion, or while frozen, nothing rings", () => {
  const still = { matches: true, addEventListener: () => undefined, removeEventListener: () => undefined };
  vi.stubGlobal("matchMedia", () => still);
  open({ motion: "system" });
  source.hit(first);
  frames.run(5);
  expect(rings()).toEqual([]);
  open({ frozen: true });
  source.hit(first);
  frames.run(5);
  expect(rings()).toEqual([]);
});

it("EMB-30: reads the canvas's colours when it opens and when the theme is said, and not when it pauses or is stale", () => {
  const read = vi.spyOn(window, "getComputedStyle");
  const layer = open({ theme: "dark" });
  const after = (change: Parameters<LightLayer["set"]>[0]): number => {
    read.mockClear();
    layer.set(change);
    return read.mock.calls.length;
  };
  expect(read.mock.calls.length).toBeGreaterThan(0);
  expect([after({ frozen: true }), after({ stale: true }), after({ motion: "reduced" }), after({ stale: false })]).toEqual([0, 0, 0, 0]);
  expect([after({ theme: "dark" }), after({ theme: "light" })].every((times) => times > 0)).toBe(true);
});

it("PIC-18: writes nothing while the page is hidden, and every node at the first beat after it", () => {
  const written: string[] = [];
  open({ writer: { write: (node) => { written.push(node); } } });
  vi.advanceTimersByTime(500);
  written.length = 0;
  frames.isHidden = true;
  vi.advanceTimersByTime(3000);
  expect(written).toEqual([]);
  frames.isHidden = false;
  vi.advanceTimersByTime(250);
  expect(new Set(written)).toEqual(new Set(graph.nodes.map(({ uuid }) => uuid)));
});

it("EMB-30: lets go of everything at the end, and bears calls after it", () => {
  const layer = open();
  layer.close();
  expect(vi.getTimerCount()).toBe(0);
  source.hit(first);
  layer.moved();
  layer.measured();
  layer.follow([]);
  layer.set({ frozen: true });
  layer.close();
  expect(frames.waiting).toBeNull();
});

it("EMB-30: without a 2D canvas there is no light and no error", () => {
  const canvas = document.createElement("canvas");
  vi.spyOn(canvas, "getContext").mockReturnValue(null);
  const layer = lightLayer(canvas, { light: source, boxes: () => boxes, path: () => null, camera: () => ({ x: 0, y: 0, zoom: 1 }) });
  layer.measured();
  layer.close();
});

it("EMB-30: bears boxes, cameras and paths that make no sense", () => {
  boxes = new Map<string, Box>([[first, { x: NaN, y: 0, width: 1, height: 1 }], [second, { x: 0, y: 0, width: -5, height: 10 }], ["third", { x: 0, y: 0, width: Infinity, height: 10 }]]);
  const layer = open({ camera: () => ({ x: 0, y: NaN, zoom: 0 }), path: () => [{ x: NaN, y: 0 }, { x: 4, y: 4 }] });
  layer.moved();
  source.hit(first);
  source.step(edge);
  frames.run(5);
  expect(rings()).toEqual([]);
});

it("EMB-30: samples points at equal distances, and a drawn path by its length", () => {
  const bent = tableAlong([{ x: 0, y: 0 }, { x: 100, y: 0 }, { x: 100, y: 130 }])!;
  expect([bent[0], bent[1], bent[POINTS * 2 - 2], bent[POINTS * 2 - 1]]).toEqual([0, 0, 100, 130]);
  expect([bent[20], bent[21]]).toEqual([100, 0]);
  const drawn = { getAttribute: () => "M0,0L23,0", getTotalLength: () => 23, getPointAtLength: (at: number) => ({ x: at, y: 0 }) } as unknown as SVGPathElement;
  expect(tableAlong(drawn)?.[2]).toBe(1);
  for (const path of [[], [{ x: 1, y: 1 }], [{ x: 1, y: 1 }, { x: 1, y: 1 }]]) expect(tableAlong(path)).toBeNull();
  expect(tableAlong({ getAttribute: () => "M0,0L23,0", getTotalLength: () => { throw new DOMException("not rendered"); } } as never)).toBeNull();
});

it("EMB-30: nodes and edges keep their index, and the places of removed ones are used again", () => {
  const drawing = new MeasuredDrawing({ boxes: () => boxes, path: (uuid) => paths.get(uuid) ?? null });
  const places = drawing.nodes.length;
  const of = drawing.nodeIndex.get(second);
  boxes.delete(first);
  expect(drawing.measure()).toBe("nodes");
  expect(drawing.nodeIndex.get(second)).toBe(of);
  for (let i = 0; i < 100; i++) {
    boxes = new Map([...boxes].filter(([uuid]) => !uuid.startsWith("new")));
    boxes.set(`new ${i}`, { x: i, y: 0, width: 10, height: 10 });
    drawing.measure();
  }
  expect(drawing.nodes).toHaveLength(places);
  expect(drawing.measure()).toBe("nothing");
  expect(drawing.edges[drawing.edgeIndex.get(edge)!]!.target).toBe(drawing.nodeIndex.get(second));
  paths.set(edge, [{ x: 0, y: 0 }, { x: 9, y: 9 }]);
  expect(drawing.measure()).toBe("moved");
  for (let i = 0; i < 300; i++) {
    paths.set(`edge ${i}`, [{ x: i, y: 0 }, { x: 9, y: 9 }]);
    drawing.edgeIndex.get(`edge ${i}`);
  }
  expect(drawing.buffers.tables.slice(drawing.edgeIndex.get("edge 299")! * POINTS * 2)[0]).toBe(299);
});
