import fc from "fast-check";
import LZString from "lz-string";
import { describe, expect, it } from "vitest";
import { decompress } from "../../src/graphs/lz.ts";

describe("lz-string's format", () => {
  it("GRA-18: reads what the library wrote", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary", maxLength: 400 }), fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 1000 })), (text) => {
        expect(decompress(LZString.compressToEncodedURIComponent(text), 10_000)).toBe(text);
      }),
    );
  });

  it("GRA-18: stops at its bound, however short the text that would grow", () => {
    const bomb = LZString.compressToEncodedURIComponent("a".repeat(200_000));
    expect(bomb.length).toBeLessThan(2_000);
    expect(decompress(bomb, 100_000)).toBeNull();
  });

  it("GRA-18: takes any text and ends", () => {
    fc.assert(fc.property(fc.string(), (text) => ["string", "object"].includes(typeof decompress(text, 1000))));
    expect(decompress("", 10)).toBeNull();
    expect(decompress("N4Ig!", 10)).toBeNull();
  });
});
