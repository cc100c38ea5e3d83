import { describe, expect, it } from "vitest";
import { barsOf } from "../../../src/ui/side/bars.ts";

describe("a trace on its time axis", () => {
  it("each bar reaches from the step before to its own", () => {
    expect(barsOf([1000, 2000, 5000])).toEqual({ whole: 4000, marks: [{ left: 0, right: 0 }, { left: 0, right: 25 }, { left: 25, right: 100 }] });
  });

  it("one moment, no moment and times out of order stay on the axis", () => {
    expect(barsOf([7, 7]).marks).toEqual([{ left: 0, right: 0 }, { left: 0, right: 0 }]);
    expect(barsOf([])).toEqual({ whole: 0, marks: [] });
    for (const { left, right } of barsOf([5, 1, 9]).marks) {
      expect(left).toBeGreaterThanOrEqual(0);
      expect(left).toBeLessThanOrEqual(right);
    }
  });
});
