import { expect, it } from "vitest";
import { createLight, glow, glowOf, HALF_LIFE_MS, heatAt, levelOf, SPARK, unglow } from "../src/light.ts";
import { buckets } from "../src/window.ts";
import { T0 } from "./support.ts";

it("ENG-5: heat settles at the rate and halves in a second and a half", () => {
  const light = createLight();
  for (let ms = 0; ms < 30_000; ms += 10) glow(light, T0 + ms, 1);
  expect(heatAt(light, T0 + 30_000)).toBeGreaterThan(98);
  expect(heatAt(light, T0 + 30_000)).toBeLessThan(102);
  expect(heatAt(light, T0 + 29_990 + HALF_LIFE_MS) / heatAt(light, T0 + 29_990)).toBeCloseTo(0.5);
});

it("ENG-5: the level is logarithmic, 0 in the dark and 1 from 200 hits a second", () => {
  expect([levelOf(0), levelOf(200), levelOf(1e9)]).toEqual([0, 1, 1]);
  expect(levelOf(10)).toBeCloseTo(Math.log1p(10) / Math.log1p(200));
});

it("ENG-5: a single event is seen, and fades by half in four seconds", () => {
  expect(glowOf(0, 0)).toBe(SPARK);
  expect(glowOf(0, 4000)).toBe(SPARK / 2);
  expect(glowOf(0.9, 0)).toBe(0.9);
  expect(glowOf(0, null)).toBe(0);
});

it("ENG-5: what came long ago brightens as little as if it had been told in time", () => {
  const light = createLight();
  glow(light, T0, 1);
  const before = light.heat;
  glow(light, T0 - 60_000, 1);
  expect(light.heat).toBeCloseTo(before);
  expect(light.lastAt).toBe(T0);
});

it("ENG-5: a hit that is taken back leaves the light as it was without it", () => {
  const light = createLight(), plain = createLight();
  glow(light, T0, 1);
  glow(plain, T0, 1);
  glow(light, T0 + 300, 1);
  unglow(light, T0 + 300, T0);
  expect(heatAt(light, T0 + 900)).toBeCloseTo(heatAt(plain, T0 + 900), 9);
  expect([light.lastAt, buckets(light.window, T0 + 900)]).toEqual([plain.lastAt, buckets(plain.window, T0 + 900)]);
});
