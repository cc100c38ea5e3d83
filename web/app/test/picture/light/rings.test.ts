import { describe, expect, it } from "vitest";
import { ringProgress, RING_MS, RING_REACH, Rings } from "../../../src/picture/light/rings.ts";

describe("rings", () => {
  it("PIC-11: a ring is over after 600 ms and travels 14 px, fast first", () => {
    expect([RING_MS, RING_REACH]).toEqual([600, 14]);
    expect([ringProgress(0, 0), ringProgress(0, 600), ringProgress(0, 900)]).toEqual([0, 1, 1]);
    expect(ringProgress(0, 150)).toBeGreaterThan(0.5);
    const rings = new Rings();
    rings.start(3, 0.9, false, 0);
    rings.advance(599);
    expect(rings.live).toHaveLength(1);
    rings.advance(600);
    expect(rings.live).toHaveLength(0);
  });

  it("holds no more rings than it is allowed, and clears them", () => {
    const rings = new Rings();
    for (let i = 0; i < 10; i++) rings.start(i, 0.5, true, 0, 4);
    expect(rings.live.map(({ node }) => node)).toEqual([0, 1, 2, 3]);
    rings.clear();
    expect(rings.live).toEqual([]);
  });
});
