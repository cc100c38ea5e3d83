import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { filterPaths, parseFilter, passes, printFilter, quote, readTerms, resolveFilter, type Seeable } from "../src/filter.ts";
import { isProblem } from "../src/problem.ts";

describe("filtertext", () => {
  describe("the writing of filters", () => {
    it("FIL-2: quotes hold spaces, commas and signs", () => {
      expect(readTerms('-when:"10:30, today",b\\x "two words"')).toMatchObject([
        { number: 1, negated: true, key: "when", operator: ":", values: ["10:30, today", "b\\x"] },
        { number: 2, negated: false, key: null, values: ["two words"] },
      ]);
    });

    it("FIL-2: what is quoted reads back", () => {
      for (const value of ["plain", "two words", 'a "b"', "back\\slash", "-minus", "", "a,b", "é"]) expect(readTerms(`k:${quote(value)}`)).toMatchObject([{ values: [value] }]);
    });

    it("FIL-8: at most 20 terms and 500 characters", () => {
      expect(isProblem(readTerms("a ".repeat(21)))).toBe(true);
      expect(isProblem(readTerms("a".repeat(501)))).toBe(true);
      expect(readTerms("a ".repeat(20))).toHaveLength(20);
    });
  });
});

describe("filter", () => {
  interface Vectors {
    nodes: { uuid: string; id: string; label: string }[];
    vectors: { filter: string; entry: Omit<Seeable, "nodes">; nodes: string[]; matches: boolean }[];
    canonical: { filter: string; canonical: string }[];
    errors: { filter: string; term: number }[];
  }
  const vectors = JSON.parse(readFileSync(new URL("../../../conformance/filters.json", import.meta.url), "utf8")) as Vectors;

  function read(text: string) {
    const filter = parseFilter(text);
    if (isProblem(filter)) throw new Error(filter.detail);
    return filter;
  }

  describe("filters", () => {
    it("FIL-1 to FIL-6: every vector passes or is hidden as in Python", () => {
      for (const { filter, entry, nodes, matches } of vectors.vectors)
        expect({ filter, name: entry.name, matches: passes(resolveFilter(read(filter), vectors.nodes), { ...entry, nodes }) }).toEqual({ filter, name: entry.name, matches });
    });

    it("FIL-7: a filter has the canonical text that Python gives it", () => {
      for (const one of vectors.canonical) expect(printFilter(read(one.filter))).toBe(one.canonical);
    });

    it("FIL-8: what cannot be read says which term and why", () => {
      for (const one of vectors.errors) {
        const problem = parseFilter(one.filter);
        expect(isProblem(problem) && problem.detail.startsWith(one.term === 0 ? "The filter" : `Term ${one.term},`)).toBe(true);
      }
    });

    it("FIL-9: a filter tells which paths it reads", () => {
      expect([...filterPaths(read("device:mobile price>10 -coupon? type:track"))].sort()).toEqual(["coupon", "device", "price"]);
    });

    it("FIL-7: any text is refused or reads back from its canonical text", () => {
      fc.assert(fc.property(fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: fc.constantFrom("a", ":", "-", '"', "\\", ",", "~", "?", ">", "=", " ", "é") })), (text) => {
        const filter = parseFilter(text);
        if (isProblem(filter)) return;
        const printed = printFilter(filter);
        if (printed.length <= 500) expect(printFilter(read(printed))).toBe(printed);
      }));
    });
  });
});
