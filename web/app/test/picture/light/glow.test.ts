import { describe, expect, it } from "vitest";
import { Glow } from "../../../src/picture/light/glow.ts";

function painted(glow: Glow, elapsed: number): number[] {
  const nodes: number[] = [];
  glow.advance(elapsed, (node) => { nodes.push(node); });
  return nodes;
}

describe("glow", () => {
  it("PIC-10: rises and falls smoothly, so that levels never flicker", () => {
    const glow = new Glow();
    glow.reset(1);
    glow.aim(Float32Array.of(1), false);
    const seen: number[] = [];
    for (let i = 0; i < 60; i++) {
      glow.advance(16, () => undefined);
      seen.push(glow.of(0));
    }
    expect(seen.every((value, i) => i === 0 || value >= (seen[i - 1] ?? 0))).toBe(true);
    expect(seen[0]).toBeLessThan(0.5);
    expect(seen.at(-1)).toBeGreaterThan(0.95);
    expect(glow.still).toBe(true);
  });

  it("PIC-18: paints only what the eye would see", () => {
    const glow = new Glow();
    glow.reset(3);
    glow.aim(Float32Array.of(0.02, 0.8, 0), true);
    expect(painted(glow, 16)).toEqual([1]);
    glow.aim(Float32Array.of(0.02, 0.81, 0), false);
    expect(glow.still).toBe(true);
  });

  it("a hit raises its node at once, and never lowers one", () => {
    const glow = new Glow();
    glow.reset(1);
    glow.raise(0, 0.45);
    for (let i = 0; i < 60; i++) painted(glow, 16);
    expect(glow.of(0)).toBeCloseTo(0.45, 1);
    glow.raise(0, 0.2);
    expect(glow.still).toBe(true);
    glow.raise(7, 0.5);
    expect(glow.still).toBe(true);
  });

  it("goes out wholly", () => {
    const glow = new Glow();
    glow.reset(1);
    glow.aim(Float32Array.of(0.5), true);
    painted(glow, 0);
    glow.aim(Float32Array.of(0), false);
    for (let i = 0; i < 400; i++) painted(glow, 16);
    expect(glow.of(0)).toBe(0);
  });
});
