import { describe, expect, it } from "vitest";
import type { Box } from "../../../src/picture/geometry/place.ts";
import { neighbour, readingOrder } from "../../../src/picture/geometry/reading.ts";

const at = (x: number, y: number): Box => ({ x, y, width: 164, height: 80 });

describe("reading order", () => {
  it("PIC-24: goes column by column from the left, each from top to bottom", () => {
    expect(readingOrder([at(400, 0), at(10, 200), at(0, 300), at(210, 90), at(30, 10)])).toEqual([4, 1, 2, 3, 0]);
  });

  it("PIC-24: an arrow leads to the nearest card in its direction", () => {
    const boxes = [at(0, 0), at(212, 20), at(212, 300), at(0, 120)];
    expect(neighbour(boxes, 0, "right")).toBe(1);
    expect(neighbour(boxes, 0, "down")).toBe(3);
    expect(neighbour(boxes, 1, "left")).toBe(0);
    expect(neighbour(boxes, 0, "left")).toBeNull();
    expect(neighbour(boxes, 9, "up")).toBeNull();
  });
});
