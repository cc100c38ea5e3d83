import { expect, it } from "vitest";
import { between, watchProperty } from "../src/property.ts";

it("TAP-1: a watched property stays an ordinary one to the page", () => {
  const page: Record<string, unknown> = { key: 1 };
  const seen: unknown[] = [];
  watchProperty(page, "key", (value) => seen.push(value));
  page["key"] = 2;
  expect([page["key"], Object.keys(page), seen]).toEqual([2, ["key"], [1, 2]]);
  expect(delete page["key"]).toBe(true);
});

it("TAP-1: one that the page has fixed is looked at once", () => {
  const page = Object.defineProperty({}, "key", { value: 1, configurable: false }) as Record<string, unknown>;
  const seen: unknown[] = [];
  watchProperty(page, "key", (value) => seen.push(value));
  expect(seen).toEqual([1]);
});

it("stands between the page and a property", () => {
  const page: Record<string, unknown> = {};
  const set: unknown[] = [];
  between(page, "key", () => "got", (value) => set.push(value));
  page["key"] = 3;
  expect([page["key"], set]).toEqual(["got", [3]]);
});
