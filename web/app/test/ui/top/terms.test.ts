import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { joined, terms } from "../../../src/ui/top/terms.ts";

describe("a filter as chips", () => {
  it("PIC-48: spaces inside of quotes do not cut", () => {
    expect(terms('type:track  event:"Order Completed" -"a \\" b" price>10')).toEqual(["type:track", 'event:"Order Completed"', '-"a \\" b"', "price>10"]);
    expect(terms("   ")).toEqual([]);
    expect(terms('"never closed')).toEqual(['"never closed']);
  });

  it("PIC-48: cutting and joining again changes nothing but spaces", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(terms(joined(terms(text)))).toEqual(terms(text));
      }),
    );
  });
});
