import { expect, it } from "vitest";
import { siphash } from "../src/siphash.ts";

const KEY = Array.from({ length: 16 }, (_, byte) => byte);

it("is SipHash-2-4 of its authors' vectors", () => {
  const first = ["726fdb47dd0e0e31", "74f839c593dc67fd", "0d6c8009d9a94f5a", "85676696d7fb7e2d", "cf2794e0277187b7", "18765564cd99a68d", "cbc9466e58fee3ce", "ab0200f58b01d137", "93f5f5799a932462"];
  first.forEach((expected, length) => {
    expect(siphash(KEY, KEY.slice(0, length)).toString(16).padStart(16, "0")).toBe(expected);
  });
  expect(siphash(KEY, KEY.slice(0, 15)).toString(16)).toBe("a129ca6149be45e5");
});
