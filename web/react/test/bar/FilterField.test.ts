import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { joinTerms, splitTerms } from "../../src/bar/FilterField.tsx";

describe("a filter as chips", () => {
  it("PIC-83: spaces inside of quotes do not cut", () => {
    expect(splitTerms('type:track  event:"Order Completed" -"a \\" b" price>10')).toEqual(["type:track", 'event:"Order Completed"', '-"a \\" b"', "price>10"]);
    expect(splitTerms("   ")).toEqual([]);
    expect(splitTerms('"never closed')).toEqual(['"never closed']);
  });

  it("PIC-83: cutting and joining again changes nothing but spaces", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(splitTerms(joinTerms(splitTerms(text)))).toEqual(splitTerms(text));
      }),
    );
  });
});
