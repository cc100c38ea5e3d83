import { expect, it } from "vitest";
import { Pace } from "../../../src/picture/light/pace.ts";

function frames(pace: Pace, times: number, elapsed: number): void {
  for (let i = 0; i < times * 60; i++) pace.frame(elapsed);
}

it("PIC-20: gives way when p95 passes 22 ms, first to 30 frames a second, then to 100 particles, and recovers", () => {
  const pace = new Pace();
  expect([pace.least, pace.particles]).toEqual([0, 300]);
  frames(pace, 1, 33);
  expect(pace.level).toBe(0);
  frames(pace, 1, 33);
  expect([pace.level, pace.least, pace.particles]).toEqual([1, 30, 300]);
  frames(pace, 2, 33);
  expect([pace.level, pace.particles]).toEqual([2, 100]);
  frames(pace, 2, 33);
  expect(pace.level).toBe(2);
  frames(pace, 4, 16.7);
  expect(pace.level).toBe(1);
  frames(pace, 4, 16.7);
  expect(pace.level).toBe(0);
});

it("does not mind single late frames", () => {
  const pace = new Pace();
  for (let i = 0; i < 600; i++) pace.frame(i % 30 === 0 ? 80 : 16.7);
  expect(pace.level).toBe(0);
});
