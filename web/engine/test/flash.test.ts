import fc from "fast-check";
import { expect, it } from "vitest";
import { createFlashes, FAINT, NODE_REST_MS, ring, RING_AREA, SAFE_AREA } from "../src/flash.ts";

const traffic = fc.array(fc.record({ node: fc.nat(60), wait: fc.oneof(fc.constant(0), fc.nat(30), fc.nat(900)), heat: fc.double({ min: 0, max: 1e6 }), area: fc.integer({ min: 100, max: 9000 }) }), { maxLength: 400 });

it("ENG-21: whatever the traffic, no node rings more than 2.5 times a second and no second's rings cover more than the safe area", () => {
  fc.assert(fc.property(traffic, (all) => {
    const flashes = createFlashes();
    const rings: { node: string; at: number; strength: number; area: number }[] = [];
    let at = 0;
    for (const { node, wait, heat, area } of all) {
      at += wait;
      const strength = ring(flashes, `n${node}`, at, heat, area);
      if (strength > 0) rings.push({ node: `n${node}`, at, strength, area });
    }
    for (const [n, one] of rings.entries()) {
      const second = rings.slice(n).filter((other) => other.at - one.at <= 1000);
      expect(second.filter((other) => other.node === one.node).length).toBeLessThanOrEqual(3);
      expect(second.filter((other) => other.node === one.node && other !== one).every((other) => other.at - one.at >= NODE_REST_MS)).toBe(true);
      expect(second.filter((other) => other.strength > FAINT).reduce((sum, other) => sum + other.area, 0)).toBeLessThanOrEqual(SAFE_AREA);
    }
  }));
});

it("ENG-21: a ring fades from 0.9 to 0.25 as the node heats up", () => {
  const flashes = createFlashes();
  expect(ring(flashes, "a", 0, 0)).toBe(0.9);
  expect(ring(flashes, "a", 400, 200)).toBeCloseTo(0.25);
  expect(ring(flashes, "a", 799, 0)).toBe(0);
});

it("ENG-21: a faint ring changes less than a tenth of full luminance, and a bad area is faint", () => {
  expect(FAINT).toBeLessThan(0.1);
  expect(ring(createFlashes(), "a", 0, 0, NaN)).toBe(FAINT);
  expect(ring(createFlashes(), "a", 0, 0, SAFE_AREA + 1)).toBe(FAINT);
});

it("ENG-21: a quiet graph rings at full strength, and a clock that runs backwards gives none", () => {
  const flashes = createFlashes();
  for (let n = 0; n < SAFE_AREA / RING_AREA - 1; n++) expect(ring(flashes, `n${n}`, 1000 + n, 0)).toBe(0.9);
  expect(ring(flashes, "n0", 0, 0)).toBe(0);
});

it("ENG-21: what is remembered is bounded", () => {
  const flashes = createFlashes();
  for (let n = 0; n < 50_000; n++) ring(flashes, `n${n}`, n * 5, 0);
  expect(flashes.last.size).toBeLessThan(2200);
  expect(flashes.begun.length).toBeLessThan(30);
});
