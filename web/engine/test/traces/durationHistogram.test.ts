import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createHistogram, addDuration, quantile } from "../../src/traces/durationHistogram.ts";

describe("dwell", () => {
  it("TRC-15: quantiles are right to two in a hundred", () => {
    fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 2 ** 31 }), { minLength: 1 }), fc.constantFrom(0.5, 0.95), (all, q) => {
      const durations = createHistogram();
      for (const ms of all) addDuration(durations, ms, 1);
      const exact = [...all].sort((a, b) => a - b)[Math.max(1, Math.ceil(q * all.length)) - 1]!;
      expect(Math.abs(quantile(durations, q)! - exact)).toBeLessThanOrEqual(0.5 + exact * 0.02);
    }));
  });

  it("TRC-15: what is taken out again leaves no trace, in any order", () => {
    fc.assert(fc.property(fc.array(fc.nat(10 ** 7)), fc.array(fc.nat(10 ** 7)), (stay, go) => {
      const [both, one] = [createHistogram(), createHistogram()];
      for (const ms of [...go, ...stay]) addDuration(both, ms, 1);
      for (const ms of go) addDuration(both, ms, -1);
      for (const ms of [...stay].reverse()) addDuration(one, ms, 1);
      expect([both.count, quantile(both, 0.5), quantile(both, 0.95)]).toEqual([one.count, quantile(one, 0.5), quantile(one, 0.95)]);
    }));
  });

  it("TRC-15: without a sample there is no figure", () => {
    expect(quantile(createHistogram(), 0.5)).toBeNull();
    expect(quantile(null, 0.5)).toBeNull();
  });

  it("TRC-15: hostile durations stay in bounds", () => {
    const durations = createHistogram();
    for (const ms of [-5, 1e300, 2 ** 53]) addDuration(durations, ms, 1);
    expect(durations.buckets.length).toBeLessThanOrEqual(1088);
    expect(quantile(durations, 0)).toBe(0);
  });
});
