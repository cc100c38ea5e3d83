import { describe, expect, it } from "vitest";
import { barsOf, besideOf } from "../../src/side/TraceView.tsx";

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

  it("what a step took stands after its bar, before it if there is no room, else upon it", () => {
    expect(besideOf(0, 20, 7)).toBe("after");
    expect(besideOf(60, 90, 7)).toBe("before");
    expect(besideOf(30, 90, 7)).toBe("upon");
    expect(besideOf(40, 62, 6)).toBe("before");
  });
});
