import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { POINTS } from "../../../src/picture/geometry/curve.ts";
import { along, APART_MS, MOST_PARTICLES, Particles, TRAVEL_MS } from "../../../src/picture/light/particles.ts";

/** Two edges, straight: 0 → 230 and 230 → 460. */
const TABLES = Float32Array.from({ length: POINTS * 4 }, (_, i) => (i % 2 === 0 ? Math.floor(i / 2) * 10 - (i >= POINTS * 2 ? 10 : 0) : 0));

function particles(): Particles {
  const made = new Particles();
  made.reset(2);
  return made;
}

describe("particles", () => {
  it("PIC-12: goes along its edge in 900 ms by time, not by frame", () => {
    const made = particles();
    made.launch([0], false, 0, 300);
    made.advance(450, TABLES);
    expect(made.live[0]?.x).toBeCloseTo(115, 0);
    made.advance(TRAVEL_MS, TABLES);
    expect(made.live).toEqual([]);
  });

  it("PIC-12: keeps 120 ms between two on one edge, in the order of arrival", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 200 }), { maxLength: 30 }), (waits) => {
        const made = particles();
        let now = 0;
        for (const wait of waits) made.launch([0], false, (now += wait), 300);
        const starts = made.live.map((one) => one.starts[0] ?? 0);
        starts.forEach((start, i) => { if (i > 0) expect(start - (starts[i - 1] ?? 0)).toBeGreaterThanOrEqual(APART_MS); });
      }),
    );
  });

  it("PIC-12: travels several edges one after the other", () => {
    const made = particles();
    made.launch([0, 1], true, 0, 300);
    made.advance(TRAVEL_MS + 450, TABLES);
    expect(made.live[0]).toMatchObject({ leg: 1, inferred: true });
    expect(made.live[0]?.x).toBeCloseTo(345, 0);
  });

  it("PIC-12: never flies more than it may, nor queues longer than a second", () => {
    const made = new Particles();
    made.reset(1000);
    for (let edge = 0; edge < 1000; edge++) made.launch([edge], false, 0, MOST_PARTICLES);
    expect(made.live).toHaveLength(300);
    const one = particles();
    for (let i = 0; i < 100; i++) one.launch([0], false, 0, 300);
    expect(one.live.length).toBeLessThan(11);
    expect(one.launch([], false, 0, 300)).toBe(false);
    one.clear();
    expect(one.live).toEqual([]);
  });

  it("waits unseen until its start", () => {
    const made = particles();
    made.launch([0], false, 0, 300);
    made.launch([0], false, 0, 300);
    made.advance(60, TABLES);
    expect(made.live.map(({ leg }) => leg)).toEqual([0, -1]);
  });

  it("finds the point at any part of the way", () => {
    expect(along(TABLES, 0, 0)).toEqual([0, 0]);
    expect(along(TABLES, 0, 1)).toEqual([230, 0]);
  });
});
