import { expect, it } from "vitest";
import { readTree } from "../../src/graphs/trees.ts";

it("GRA-2: what cannot be read says why", () => {
  expect(() => readTree("a.json", "{")).toThrow("is not JSON");
  expect(() => readTree("a.json", '"\0"')).toThrow("NUL");
  expect(() => readTree("a.json", " ".repeat(6 * 1024 * 1024))).toThrow("5120 KB");
  expect(() => readTree("a.yaml", " ".repeat(2 * 1024 * 1024))).toThrow("1024 KB");
  expect(() => readTree("a.yaml", "a: [")).toThrow("is not YAML");
});

it("GRA-2: a byte order mark is no part of the text", () => {
  expect(readTree("a.json", '\ufeff{"a":1}')).toEqual({ a: 1 });
  expect(readTree("a.yaml", "\ufeffa: 1")).toEqual({ a: 1 });
});
