import fc from "fast-check";
import { expect, it } from "vitest";
import { ageText, amount, rateText, share } from "../../../src/picture/card/words.ts";

it("PIC-6: prints rates in at most four figures", () => {
  expect([212.4, 9.23, 3, 0.1, 0.01, 0, 1234, 98_765, 2_500_000].map(rateText)).toEqual(["212/s", "9.2/s", "3/s", "0.1/s", "<0.1/s", "0/s", "1.2k/s", "99k/s", "2.5M/s"]);
  fc.assert(fc.property(fc.double({ min: 0, max: 9e6, noNaN: true }), (rate) => { expect(amount(rate).length).toBeLessThanOrEqual(5); }));
});

it("PIC-7: says how long ago coarsely", () => {
  expect([null, 0, -5, 1999, 2000, 59_999, 60_000, 3_599_000, 7_200_000].map(ageText)).toEqual(["never", "now", "now", "now", "2s", "59s", "1m", "59m", "2h"]);
});

it("says a share in whole per cents", () => {
  expect(share(0.333)).toBe("33%");
});
