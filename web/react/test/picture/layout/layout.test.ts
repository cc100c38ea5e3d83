import { describe, expect, it } from "vitest";
import { overlap } from "../../../src/picture/spacing.ts";
import { arrange } from "../../../src/picture/layout/layout.ts";

describe("the fallback layout", () => {
  it("PIC-2: runs from left to right without cards meeting", () => {
    const boxes = arrange({ nodes: 5, links: [[0, 1], [0, 2], [1, 3], [2, 3], [3, 4], [4, 4]] });
    expect(boxes[0]?.x).toBeLessThan(boxes[1]?.x ?? 0);
    expect(boxes[3]?.x).toBeLessThan(boxes[4]?.x ?? 0);
    for (const [i, a] of boxes.entries()) for (const b of boxes.slice(0, i)) expect(overlap(a, b)).toBe(false);
  });

  it("PIC-2: takes large graphs by plain layers", () => {
    const nodes = 1200;
    const boxes = arrange({ nodes, links: Array.from({ length: nodes - 1 }, (_, i) => [Math.floor(i / 2), i + 1] as const) });
    expect(boxes).toHaveLength(nodes);
  });
});
