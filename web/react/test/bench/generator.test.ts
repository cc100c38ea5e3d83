import { expect, it } from "vitest";
import { grid } from "./sample.ts";
import { Generator } from "./generator.ts";

it("makes events at the rate it is asked for, and steps along edges", () => {
  let now = 0;
  const graph = grid(20);
  const source = new Generator(graph, { rates: graph.nodes.map(() => 50), steps: 0.5 }, () => now, () => 0.25);
  let [hits, steps] = [0, 0];
  const stop = source.subscribe({ hit: () => { hits += 1; }, step: () => { steps += 1; } });
  for (; now < 5000; now += 16) source.run();
  expect(hits / 5).toBeGreaterThan(980);
  expect(hits / 5).toBeLessThan(1010);
  expect(steps).toBeGreaterThan(hits / 2);
  expect(source.node("n0").rate).toBeCloseTo(50, -1);
  expect(source.node("n0").level).toBeGreaterThan(0.6);
  expect(source.node("gone")).toEqual({ count: 0, rate: 0, level: 0, lastAt: null });
  stop();
  source.hit("n0");
  source.hit("gone");
  expect(source.made).toBe(hits + 1);
});
