import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createHash, digest, fnv1a, hmacSha256, mix, share } from "../src/hash.ts";

describe("sha256", () => {
  it("SEG-14: the keyed hash is Node's, at every length about the edges of a block", () => {
    for (const key of ["", "00", "0b".repeat(20), "ff".repeat(32), "01".repeat(64)])
      for (let length = 0; length < 200; length++) {
        const text = "né😀x".repeat(60).slice(0, length);
        expect(hmacSha256(key, text)).toBe(createHmac("sha256", Buffer.from(key, "hex")).update(text).digest("hex"));
      }
  });
});

describe("share", () => {
  it("ENG-22: an event's share is FNV-1a of its anonymous id's token, else of its first token, else of its id", () => {
    expect(fnv1a("")).toBe(0x811c9dc5);
    expect(fnv1a("a")).toBe(0xe40c292c);
    expect(fnv1a("foobar")).toBe(0xbf9cf968);
    expect(fnv1a("é€😀")).toBe(new TextEncoder().encode("é€😀").reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193) >>> 0, 0x811c9dc5));
    const user = { kind: "userId", token: "u" }, anonymous = { kind: "anonymousId", token: "a" };
    expect(share({ id: "m", traces: [user, anonymous] })).toBe(0xe40c292c / 2 ** 32);
    expect(share({ id: "m", traces: [user] })).toBe(fnv1a("u") / 2 ** 32);
    expect(share({ id: "a", traces: [] })).toBe(0xe40c292c / 2 ** 32);
  });
});

describe("hash", () => {
  const of = (value: unknown) => { const hash = createHash(); mix(hash, value); return digest(hash); };

  it("ENG-1: equal values have equal fingerprints whatever the order of their keys", () => {
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
    return JSON.stringify(value, (_, one: unknown) => (typeof one === "object" && one !== null && !Array.isArray(one) ? Object.fromEntries(Object.entries(one).sort()) : one));
  }
});
