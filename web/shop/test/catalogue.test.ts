import { expect, it } from "vitest";
import { pounds, product, PRODUCTS, search } from "../src/catalogue.ts";

it("finds products by every word of a search, in name, words, kind and colour", () => {
  expect(search("mug").map(({ id }) => id)).toEqual(["fell-mug"]);
  expect(search("  MOSS vase ").map(({ id }) => id)).toEqual(["pike-vase"]);
  expect(search("for the room")).toHaveLength(3);
  expect(search("")).toEqual([]);
  expect(search("bicycle")).toEqual([]);
});

it("knows its products by their ids, and each id once", () => {
  expect(product("rill-jug")?.price).toBe(32);
  expect(product("none")).toBeNull();
  expect(new Set(PRODUCTS.map(({ id }) => id)).size).toBe(PRODUCTS.length);
});

it("writes pounds without needless pence", () => {
  expect([pounds(46), pounds(4.5)]).toEqual(["£46", "£4.50"]);
});
