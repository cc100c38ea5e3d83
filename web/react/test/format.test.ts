import { describe, expect, it } from "vitest";
import { ago, clock, clockMs, count, moment, plural, rate, share, since, span, timeOrDay, value } from "../src/format.ts";

describe("what the screen prints", () => {
  it("prints rates in at most four digits' worth of meaning", () => {
    expect([0, 0.04, 0.2, 9.2, 9.96, 41, 1204].map(rate)).toEqual(["0", "0", "0.2", "9.2", "10", "41", "1,204"]);
    expect(count(418207)).toBe("418,207");
  });

  it("never rounds a share up to all or down to none", () => {
    expect([0, 0.0001, 0.936, 0.9999, 1].map(share)).toEqual(["0%", "<0.1%", "93.6%", ">99.9%", "100%"]);
  });

  it("prints spans from milliseconds to days", () => {
    expect([38, 6200, 108_000, 7_500_000, 400_000_000, -90_000].map(span)).toEqual(["38 ms", "6.2 s", "1 m 48 s", "2 h 5 m", "4 d", "−1 m 30 s"]);
  });

  it("prints recency coarsely", () => {
    expect([null, 100_000, 98_000, 59_000, -80_000, -7_200_000, -9e8].map((at) => ago(at, 100_000))).toEqual(["never", "now", "2 s", "41 s", "3 m", "2 h", "10 d"]);
    expect(ago(200_000, 100_000)).toBe("now");
    expect([100_000, 98_000].map((at) => since(at, 100_000))).toEqual(["just now", "2 s ago"]);
  });

  it("prints times in the viewer's zone", () => {
    const at = new Date(2026, 0, 2, 14, 32, 7, 18).getTime();
    expect([clock(at), clockMs(at)]).toEqual(["14:32:07", "14:32:07.018"]);
    expect(moment(at)).toContain("2 Jan 2026");
    expect(timeOrDay(at, at + 11 * 3_600_000)).toBe("14:32:07.018");
    expect([2020, 2099].map((year) => timeOrDay(new Date(year, 0, 2).getTime(), at))).toEqual(["2 Jan 2020", "2 Jan 2099"]);
  });

  it("prints values and plurals", () => {
    expect([null, 1.5, true, "a", ["a", 1]].map(value)).toEqual(["null", "1.5", "true", "a", '["a",1]']);
    expect([plural(1, "event"), plural(1200, "event"), plural(2, "match", "matches")]).toEqual(["1 event", "1,200 events", "2 matches"]);
  });
});
