import { describe, expect, it } from "vitest";
import { planOf, reports, said, VECTORS } from "./support.ts";

describe("the vectors", () => {
  it("EXP-1: there are the sixteen examples and a hundred more, each under a name of its own", () => {
    expect(VECTORS.cases.length).toBeGreaterThan(120);
    expect(new Set(VECTORS.cases.map(({ name }) => name)).size).toBe(VECTORS.cases.length);
  });

  for (const one of VECTORS.cases) {
    const { name, refused, verdicts, overall, says = [], warns = [] } = one;
    if (refused !== undefined) it(`EXP-2: ${name} is refused with its reason`, () => {
      const read = () => planOf(one);
      for (const text of refused) expect(read).toThrow(text);
    });
    else it(`EXP-1: ${name}`, () => {
      const { end, early } = reports(one);
      expect(end.items.map(({ verdict }) => verdict)).toEqual(verdicts);
      if (overall !== undefined) expect(end.verdict).toBe(overall);
      for (const text of says) expect(said(end)).toContain(text);
      early.forEach((report, n) => { expect(report.items.slice(0, one.early![n]!.verdicts.length).map(({ verdict }) => verdict)).toEqual(one.early![n]!.verdicts); });
      const warned = planOf(one).warnings.map(({ text }) => text).join("\n");
      for (const text of warns) expect(warned).toContain(text);
      expect(said(end).replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
    });
  }
});
