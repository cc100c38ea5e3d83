import fc from "fast-check";
import { expect, it } from "vitest";
import { add, buckets, createWindow, rate, take } from "../src/window.ts";
import { T0 } from "./support.ts";

it("ENG-6: the rate is what the last ten seconds brought, by the second", () => {
  const window = createWindow(500, 20);
  for (let ms = 0; ms < 20_000; ms += 100) add(window, T0 + ms, 1);
  expect(rate(window, T0 + 19_999, T0)).toBeCloseTo(10, 1);
  expect(rate(window, T0 + 40_000, T0)).toBe(0);
});

it("ENG-6: just after On the rate is over the time that has passed", () => {
  const window = createWindow(500, 20);
  add(window, T0 + 100, 30);
  expect(rate(window, T0 + 200, T0)).toBe(30);
  expect(rate(window, T0 + 3000, T0)).toBe(10);
});

it("ENG-6: a sparkline has a point for each bucket, whatever came late, early or not at all", () => {
  fc.assert(fc.property(fc.array(fc.record({ at: fc.integer({ min: -1000, max: 100_000 }), n: fc.integer({ min: 0, max: 5 }) })), fc.integer({ min: 0, max: 120_000 }), (all, now) => {
    const window = createWindow(1000, 60);
    for (const { at, n } of all) add(window, at, n);
    const points = buckets(window, now);
    expect(points).toHaveLength(60);
    expect(points.reduce((sum, n) => sum + n, 0)).toBeLessThanOrEqual(all.reduce((sum, { n }) => sum + n, 0));
  }));
});

it("ENG-6: what is taken back is counted no more, and nothing falls below zero", () => {
  const window = createWindow(100, 4);
  add(window, 50, 2);
  for (const at of [50, 60, 70, -1, 250]) take(window, at);
  expect(buckets(window, 50)).toEqual([0, 0, 0, 0]);
  add(window, 450, 1);
  take(window, 50);
  expect(buckets(window, 450)).toEqual([0, 0, 0, 1]);
});
