import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { personalName, personalValue } from "../src/personal.ts";

const { words, pairs, stems, named } = JSON.parse(readFileSync(new URL("../../../conformance/redaction.json", import.meta.url), "utf8")) as Record<string, string[]>;

it("TAP-5: every word, pair and stem of the server's lists is personal here", () => {
  expect([...(words ?? []), ...(pairs ?? []), ...(stems ?? [])].filter((word) => !personalName(word))).toEqual([]);
  expect((named ?? []).filter((word) => !personalName(`${word}_name`))).toEqual([]);
});

it("TAP-5: ordinary names and values are not", () => {
  for (const name of ["plan", "product_name", "price", "coupon", "checkout_step", "page.path"]) expect(personalName(name)).toBe(false);
  for (const value of ["Order Completed", "2026-01-02", 42, -4111111111111111, 4111111111111.25]) expect(personalValue(value)).toBe(false);
});
