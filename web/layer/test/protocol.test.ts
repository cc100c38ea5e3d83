import { expect, it } from "vitest";
import { inView, scaleOf, toCanvas } from "../src/protocol.ts";
import { FakeCanvas } from "./support/canvas.ts";

const CAMERA = { x: 100, y: 50, zoom: 0.5, width: 800, height: 600, ratio: 2 };

it("carries canvas units to device pixels", () => {
  expect(scaleOf(CAMERA)).toBe(1);
  expect(inView(CAMERA, 0, 0, 10, 20)).toEqual([199, 99, 211, 121]);
  const canvas = new FakeCanvas();
  toCanvas(canvas.brush, CAMERA);
  expect(canvas.of("setTransform")[0]?.args).toEqual([1, 0, 0, 1, 200, 100]);
});

it("PIC-18: leaves out what cannot be seen", () => {
  expect(inView(CAMERA, -500, 0, -400, 10)).toBeNull();
  expect(inView(CAMERA, 0, 2000, 10, 2010)).toBeNull();
});
