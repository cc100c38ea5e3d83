import fc from "fast-check";
import { expect, it } from "vitest";
import { overlap } from "../../../src/picture/spacing.ts";
import { byLayers } from "../../../src/picture/layout/layers.ts";

it("PIC-2: places every node once and apart, also in graphs with cycles", () => {
  const link = fc.tuple(fc.integer({ min: 0, max: 19 }), fc.integer({ min: 0, max: 19 }));
  fc.assert(
    fc.property(fc.array(link, { maxLength: 60 }), (links) => {
      const boxes = byLayers(20, links);
      expect(boxes.filter((box) => Number.isFinite(box.x) && Number.isFinite(box.y))).toHaveLength(20);
      for (const [i, a] of boxes.entries()) for (const b of boxes.slice(0, i)) expect(overlap(a, b)).toBe(false);
    }),
    { numRuns: 50 },
  );
});

it("puts a node to the right of all that lead to it", () => {
  const boxes = byLayers(4, [[0, 1], [1, 2], [0, 2], [2, 3]]);
  expect(boxes.map(({ x }) => x)).toEqual([...boxes.map(({ x }) => x)].sort((a, b) => a - b));
});
