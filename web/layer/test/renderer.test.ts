import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { journey } from "../../react/test/bench/sample.ts";
import { sceneOf } from "@dagnet-realtime/react/picture/scene";
import type { Camera, Renderer, RenderReport } from "../src/protocol.ts";
import { marksOf } from "../src/pathMarks.ts";
import { openRenderer } from "../src/renderer.ts";
import { FakeCanvas, FakeFrames, fakeSurfaces, PALETTE } from "./support/canvas.ts";
import { renderBuffers } from "./support/buffers.ts";

const scene = sceneOf(journey(), null);
const CAMERA: Camera = { x: 20, y: 60, zoom: 1, width: 1264, height: 700, ratio: 1 };
const glowOf = (value: number) => Float32Array.from(scene.nodes, () => value);

describe("the overlay", () => {
  let canvas: FakeCanvas;
  let frames: FakeFrames;
  let overlay: Renderer;
  let reports: RenderReport[];
  beforeEach(() => {
    fakeSurfaces();
    canvas = new FakeCanvas();
    frames = new FakeFrames();
    reports = [];
    overlay = openRenderer(canvas.surface, frames, (report) => { reports.push(report); });
    overlay.send({ kind: "buffers", buffers: renderBuffers(scene, () => 0) });
    overlay.send({ kind: "palette", palette: PALETTE });
    overlay.send({ kind: "camera", camera: CAMERA });
    frames.run(30);
    canvas.clear();
  });
  afterEach(() => {
    overlay.close();
    vi.unstubAllGlobals();
  });

  it("PIC-18: draws one ring and then sleeps", () => {
    expect(frames.next()).toBe(false);
    overlay.send({ kind: "ring", node: 0, strength: 0.9, late: false });
    frames.run(10);
    expect(canvas.of("stroke").length).toBeGreaterThan(0);
    frames.run(300);
    expect(frames.next()).toBe(false);
  });

  it("PIC-18: copies only the patches that changed", () => {
    overlay.send({ kind: "ring", node: 0, strength: 0.9, late: false });
    frames.next();
    const areas = canvas.of("drawImage").map(({ args }) => (args[3] as number) * (args[4] as number));
    expect(areas.length).toBeGreaterThan(0);
    expect(areas.reduce((a, b) => a + b, 0)).toBeLessThan(1264 * 700 * 0.3);
  });

  it("PIC-21: nothing moves while frozen, and nothing has piled up after", () => {
    overlay.send({ kind: "step", edges: [0], inferred: false });
    frames.run(5);
    overlay.send({ kind: "mode", frozen: true, reduced: false });
    frames.run(5);
    canvas.clear();
    overlay.send({ kind: "ring", node: 0, strength: 0.9, late: false });
    overlay.send({ kind: "step", edges: [1], inferred: false });
    frames.run(20);
    expect(canvas.of("stroke")).toEqual([]);
    overlay.send({ kind: "mode", frozen: false, reduced: false });
    frames.next();
    expect(canvas.of("drawImage").filter(({ args }) => args.length === 5)).toHaveLength(1);
  });

  it("PIC-21: a clear while frozen puts the glow out at once", () => {
    overlay.send({ kind: "glow", glow: glowOf(1), atOnce: true });
    overlay.send({ kind: "mode", frozen: true, reduced: false });
    frames.run(5);
    canvas.clear();
    overlay.send({ kind: "glow", glow: glowOf(0), atOnce: true });
    frames.next();
    expect(canvas.of("clearRect").length).toBeGreaterThan(0);
    expect(frames.next()).toBe(false);
  });

  it("PIC-21: with reduced motion there are no rings and no particles", () => {
    overlay.send({ kind: "step", edges: [0], inferred: false });
    overlay.send({ kind: "mode", frozen: false, reduced: true });
    overlay.send({ kind: "ring", node: 0, strength: 0.9, late: false });
    overlay.send({ kind: "step", edges: [0, 1], inferred: false });
    frames.run(20);
    expect(canvas.of("stroke")).toEqual([]);
    expect(canvas.of("drawImage").filter(({ args }) => args.length === 5)).toEqual([]);
  });

  it("PIC-18: what comes while the page is hidden does not burst out later", () => {
    frames.isHidden = true;
    for (let i = 0; i < 500; i++) overlay.send({ kind: "ring", node: i % 10, strength: 0.9, late: false });
    frames.show();
    overlay.send({ kind: "camera", camera: CAMERA });
    frames.next();
    expect(canvas.of("stroke")).toEqual([]);
  });

  it("PIC-12: reports how steps are drawn", () => {
    for (let i = 0; i < 200; i++) {
      overlay.send({ kind: "step", edges: [0], inferred: false });
      frames.next(16);
    }
    expect(reports.at(-1)).toMatchObject({ width: true });
  });

  it("PIC-15: shows followed paths, and their head on its way", () => {
    const steps = [{ node: "landing", n: 1, edges: [], jump: false, inferred: false }, { node: "list", n: 2, edges: ["landing->list"], jump: false, inferred: false }];
    overlay.send({ kind: "paths", paths: marksOf(scene, [{ token: "t", hue: 0, steps, head: "list" }]) });
    frames.run(10);
    expect(canvas.of("arc").length).toBeGreaterThan(5);
    frames.run(200);
    expect(frames.next()).toBe(false);
  });

  it("draws sharply once the camera has come to rest, and anew at another size", () => {
    overlay.send({ kind: "camera", camera: { ...CAMERA, zoom: 0.5 } });
    frames.run(20);
    expect(frames.next()).toBe(false);
    overlay.send({ kind: "camera", camera: { ...CAMERA, width: 800, height: 500, ratio: 2 } });
    frames.next();
    expect([canvas.width, canvas.height]).toEqual([1600, 1000]);
  });
});
