import { describe, expect, it } from "vitest";
import { look, NO_LOOKS, rateOf, type Rates } from "../../../src/ui/side/rates.ts";

const counts = (n: number): Map<string, number> => new Map([["a", n]]);

describe("rates from counts", () => {
  it("looks back over ten seconds and no further", () => {
    let rates: Rates = NO_LOOKS;
    for (let second = 0; second <= 30; second += 1) rates = look(rates, second * 1000, counts(second < 20 ? 0 : (second - 20) * 5));
    expect(rates.looks).toHaveLength(11);
    expect(rateOf(rates, "a")).toBe(5);
    expect(rateOf(rates, "unknown")).toBe(0);
  });

  it("says nothing from one look, and stands while the clock does", () => {
    const once = look(NO_LOOKS, 0, counts(9));
    expect(rateOf(once, "a")).toBe(0);
    expect(look(once, 100, counts(99))).toBe(once);
  });

  it("begins anew after a Clear or a clock that goes back", () => {
    const twice = look(look(NO_LOOKS, 5000, counts(9)), 6000, counts(0));
    expect(rateOf(twice, "a")).toBe(0);
    expect(look(twice, 1000, counts(1)).looks).toHaveLength(1);
  });
});
