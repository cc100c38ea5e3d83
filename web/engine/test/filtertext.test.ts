import { describe, expect, it } from "vitest";
import { quote, readTerms } from "../src/filtertext.ts";
import { isProblem } from "../src/problem.ts";

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
