import { expect, it } from "vitest";
import { differenceParts } from "../../src/side/difference.ts";

const marked = (name: string, other: string): string => differenceParts(name, other).map(({ text, differs }) => (differs ? `[${text}]` : text)).join("");

it("PIC-87: what differs is marked in both names, and can be seen", () => {
  expect([marked("Purchase ", "Purchase"), marked("Purchase", "Purchase ")]).toEqual(["Purchase[␠]", "Purchase"]);
  expect([marked("View_Item", "view_item"), marked("view_item", "View_Item")]).toEqual(["[V]iew_[I]tem", "[v]iew_[i]tem"]);
  expect([marked("a\u00a0b", "a b"), marked("a\u200bb", "ab"), marked("a\tb", "ab")]).toEqual(["a[⍽]b", "a[‹U+200B›]b", "a[⇥]b"]);
  expect([marked("same", "same"), marked("", "x")]).toEqual(["same", ""]);
});

it("PIC-87: long names are marked from their first difference to their last", () => {
  const long = "x".repeat(5000);
  expect(marked(`${long}a${long}`, `${long}b${long}`)).toBe(`${long}[a]${long}`);
});
