import { describe, expect, it } from "vitest";
import { dwellWords, ofWords, waitingWords } from "../../../src/ui/side/waywords.ts";

describe("what was seen along a way", () => {
  it("TRC-28: is worded as seen, of the carried traces where not all were carried", () => {
    expect(ofWords(18, 22, true, false, "Basket")).toBe("18 of 22 traces that came to Basket went on here (81.8%).");
    expect(ofWords(18, 22, true, true, "Basket")).toBe("Of carried traces, 18 of 22 that came to Basket went on here (81.8%).");
    expect(ofWords(18, 22, false, false, "Basket")).toMatch(/^At most 18 of 22/);
    expect(ofWords(18, 22, false, true, "Basket")).toContain("at most 18 of 22");
    expect([ofWords(0, 0, true, false, "Basket"), ofWords(3, 2, true, false, "Basket")]).toEqual(["", "3 of 2 traces that came to Basket went on here."]);
  });

  it("TRC-15: dwell comes with its sample size, and is not invented", () => {
    expect(dwellWords({ n: 12, medianMs: 6200, p95Ms: 14_000 })).toBe("median 6.2 s · p95 14.0 s · n 12");
    expect(dwellWords({ n: 0, medianMs: null, p95Ms: null })).toBe("not timed yet");
  });

  it("TRC-16: those who wait are said to wait", () => {
    expect(waitingWords({ waiting: 2, waitedMs: 5000 }, "Basket")).toBe("2 traces wait at Basket, half of them for 5.0 s or longer.");
    expect(waitingWords({ waiting: 1, waitedMs: null }, "Basket")).toBe("1 trace waits at Basket.");
    expect(waitingWords({ waiting: 0, waitedMs: null }, "Basket")).toBe("Nobody waits at Basket.");
  });
});
