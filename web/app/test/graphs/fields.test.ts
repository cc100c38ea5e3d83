import fc from "fast-check";
import { expect, it } from "vitest";
import { colour, firstText, flag, given, number, record, rows, text, wellFormed } from "../../src/graphs/fields.ts";

it("GRA-4: every reader takes anything", () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      expect(typeof record(value)).toBe("object");
      expect(Array.isArray(rows(value))).toBe(true);
      expect(typeof text(value)).toBe("string");
      expect(typeof flag(value)).toBe("boolean");
      expect(Number.isFinite(number(value) ?? 0)).toBe(true);
      expect(colour({ colour: value })).toMatch(/^[#a-zA-Z0-9]*$/);
    }),
  );
});

it("GRA-4: scalars read as text, texts are cut by characters, half surrogates replaced", () => {
  expect([1, true, null, [], undefined, "a"].map((value) => text(value))).toEqual(["1", "true", "", "", "", "a"]);
  expect(Array.from(text("😀".repeat(300)))).toHaveLength(256);
  expect(wellFormed("a\ud800b😀")).toBe("a\ufffdb😀");
  expect(firstText({ a: "", b: "found" }, "a", "b")).toBe("found");
});

it("GRA-4: far numbers and truth values are no numbers", () => {
  expect([true, "1", NaN, Infinity, 1e10, -2].map(number)).toEqual([null, null, null, null, null, -2]);
  expect([[], {}, 0, "", [0], { a: 0 }].map(given)).toEqual([false, false, false, false, true, true]);
});
