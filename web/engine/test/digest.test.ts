import fc from "fast-check";
import { expect, it } from "vitest";
import { createHash, digest, mix } from "../src/digest.ts";

const of = (value: unknown) => { const hash = createHash(); mix(hash, value); return digest(hash); };

it("ENG-1: equal values have equal fingerprints in any order of their keys", () => {
  expect(of({ a: 1, b: [2, null] })).toBe(of({ b: [2, null], a: 1 }));
  expect(of(new Map([["x", 1], ["y", 2]]))).toBe(of(new Map([["y", 2], ["x", 1]])));
  expect(of(new Set(["x", "y"]))).toBe(of(new Set(["y", "x"])));
  expect(of(new Uint32Array([1, 2]))).toBe(of([1, 2]));
  expect(of("x")).toMatch(/^[0-9a-f]{16}$/);
});

it("ENG-1: different values have different fingerprints", () => {
  const all = [null, undefined, 0, "", "0", [], {}, [0], [[]], ["a", "b"], ["ab"], { a: "b" }, { ab: "" }, true, "true", NaN];
  expect(new Set(all.map(of)).size).toBe(all.length);
  fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => { expect(of(a) === of(b)).toBe(canonical(a) === canonical(b)); }));
});

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) => (typeof one === "object" && one !== null && !Array.isArray(one) ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1))) : one));
}
