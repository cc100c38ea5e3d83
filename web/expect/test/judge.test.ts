import { describe, expect, it } from "vitest";
import { feed, readDuration } from "../src/index.ts";
import { frameOf, judgeOf, planOf, reports, runOf, said, T0, type Told, VECTORS } from "./support.ts";

const SPEC = { format: "dagnet-realtime/expect@1", graph: "uk-checkout-journey", policy: { near_misses: "allow", unmapped: "allow" } };
const ALL = [
  { lit: ["basket"] }, { dark: ["basket"] }, { path: ["product-page", "basket"] }, { path: ["product-page", "basket"], of: "every" }, { order: ["product-page", "basket"] },
  { within: "3s", from: "product-page", to: "basket" }, { count: "basket", is: 0 }, { count: "basket", min: 1 }, { each: "basket", where: "total>0" }, { some: "type:track" }, { never: "is:unexpected" },
  { coverage: { nodes: "1%" } },
];

function judged(expect: readonly unknown[], events: readonly Told[]) {
  const run = runOf({}), judge = judgeOf(run, planOf({ spec: { ...SPEC, expect } }));
  events.forEach((told, n) => { feed(run, frameOf(told, n), T0 + told.at * 1000); });
  return judge.report(true);
}

describe("verdicts", () => {
  it("EXP-8: without an event nothing is met and nothing failed, for any expectation", () => {
    const report = judged(ALL, []);
    expect(report.items.map(({ verdict }) => verdict)).toEqual(ALL.map(() => "inconclusive"));
    expect(report.verdict).toBe("inconclusive");
    expect(() => judged([], [])).toThrow("nothing is expected");
  });

  it("EXP-8: after a gap only evidence is believed", () => {
    const view: Told = { who: ["a"], name: "view_item", nodes: ["product-page"], at: 0 };
    expect(judged(ALL, [view, { gap: 3, at: 1 }]).items.map(({ verdict }) => verdict)).toEqual(ALL.map((one) => ("some" in one || "coverage" in one ? "met" : "inconclusive")));
    expect(judged(ALL, [view]).items.map(({ verdict }) => verdict)).toEqual(["failed", "met", "failed", "failed", "failed", "failed", "met", "failed", "failed", "met", "met", "met"]);
  });

  it("EXP-4: a tie is said, and so is one that is too large to try", () => {
    const tied = VECTORS.cases.filter(({ name }) => name.startsWith("one millisecond"));
    expect(tied.length).toBeGreaterThan(5);
    expect(tied.map((one) => said(reports(one).end)).filter((text) => /one millisecond were taken|many events have one time/.test(text)).length).toBeGreaterThan(3);
  });

  it("EXP-13: names lose what acts, and their length", () => {
    const names = ["a\u001b[31mb", "c\u202ed", "e\u200bf", "g\nh", "\ud800i", "j".repeat(300)];
    const report = judged([{ never: "is:unmapped", name: "k\u001b\u202el" }], names.map((name, at): Told => ({ name, at, who: ["a\u001b"] })));
    const text = JSON.stringify([report.items, report.unmapped]);
    expect(text).not.toMatch(/\\u001b|\u202e|\u200b|\ud800/);
    expect(text).not.toContain("g\\nh");
    expect(text).not.toContain("j".repeat(81));
    expect(text).toContain("a\\\\u{1b}[31mb");
  });

  it("EXP-2: durations have one of five units, and a day is the longest", () => {
    expect(["250ms", "1.5s", "2m", "3h", "1d", "2d", "3", "-1s", "1 s", ""].map(readDuration)).toEqual([250, 1500, 120_000, 10_800_000, 86_400_000, null, null, null, null, null]);
  });
});
