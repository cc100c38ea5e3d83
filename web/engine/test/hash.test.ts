import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { fnv1a, hmacSha256, share } from "../src/hash.ts";

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
  it("HUB-27: an event's share is FNV-1a of its anonymous id's token, else of its first token, else of its id", () => {
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
