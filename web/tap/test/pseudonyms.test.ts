import { describe, expect, it } from "vitest";
import { siphash, tokens } from "../src/pseudonyms.ts";

describe("siphash", () => {
  const KEY = Array.from({ length: 16 }, (_, byte) => byte);

  it("is SipHash-2-4 of its authors' vectors", () => {
    const first = ["726fdb47dd0e0e31", "74f839c593dc67fd", "0d6c8009d9a94f5a", "85676696d7fb7e2d", "cf2794e0277187b7", "18765564cd99a68d", "cbc9466e58fee3ce", "ab0200f58b01d137", "93f5f5799a932462"];
    first.forEach((expected, length) => {
      expect(siphash(KEY, KEY.slice(0, length)).toString(16).padStart(16, "0")).toBe(expected);
    });
    expect(siphash(KEY, KEY.slice(0, 15)).toString(16)).toBe("a129ca6149be45e5");
  });
});

describe("tokens", () => {
  const of = tokens("000102030405060708090a0b0c0d0e0f");

  it("TAP-5: a person is one token by each of their identifiers, every other kind has its own", () => {
    expect(of("userId", "u-1")).toMatch(/^me_[0-9a-v]{12}$/);
    expect(of("anonymousId", "u-1")).toBe(of("userId", "u-1"));
    expect(of("previousId", "u-1")).toBe(of("userId", "u-1"));
    expect(of("session", "u-1")).not.toBe(of("userId", "u-1"));
    expect(of("userId", "u-2")).not.toBe(of("userId", "u-1"));
  });

  it("TAP-5: another Realtime tab's tokens are others", () => {
    expect(tokens("ff0102030405060708090a0b0c0d0e0f")("userId", "u-1")).not.toBe(of("userId", "u-1"));
  });

  it("TAP-5: tokens stay the same however many there are", () => {
    const first = of("userId", "u-1");
    for (let n = 0; n < 1_000; n++) of("userId", `other-${n}`);
    expect(of("userId", "u-1")).toBe(first);
    expect(of("userId", "Zoë 😀")).toMatch(/^me_/);
  });
});
