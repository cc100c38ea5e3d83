import { expect, it } from "vitest";
import { tokens } from "../src/tokens.ts";

const of = tokens("000102030405060708090a0b0c0d0e0f");

it("TAP-6: a person is one token by whichever identifier, every other kind has its own", () => {
  expect(of("userId", "u-1")).toMatch(/^me_[0-9a-v]{12}$/);
  expect(of("anonymousId", "u-1")).toBe(of("userId", "u-1"));
  expect(of("previousId", "u-1")).toBe(of("userId", "u-1"));
  expect(of("session", "u-1")).not.toBe(of("userId", "u-1"));
  expect(of("userId", "u-2")).not.toBe(of("userId", "u-1"));
});

it("TAP-6: another Realtime tab's tokens are others", () => {
  expect(tokens("ff0102030405060708090a0b0c0d0e0f")("userId", "u-1")).not.toBe(of("userId", "u-1"));
});

it("TAP-6: tokens stay the same however many there are", () => {
  const first = of("userId", "u-1");
  for (let n = 0; n < 1_000; n++) of("userId", `other-${n}`);
  expect(of("userId", "u-1")).toBe(first);
  expect(of("userId", "Zoë 😀")).toMatch(/^me_/);
});
