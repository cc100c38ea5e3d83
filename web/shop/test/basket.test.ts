import { expect, it } from "vitest";
import { cost, pieces, put, readBasket } from "../src/basket.ts";

it("puts in, takes out, and keeps to what there is and to nine of each", () => {
  const one = put({}, "fell-mug", 1);
  expect(put(one, "fell-mug", 1)).toEqual({ "fell-mug": 2 });
  expect(put(one, "fell-mug", -1)).toEqual({});
  expect(put(one, "none", 1)).toBe(one);
  expect(put({}, "fell-mug", 99)).toEqual({ "fell-mug": 9 });
});

it("delivers for nothing from forty pounds", () => {
  expect(cost({ "fell-mug": 2 })).toEqual({ goods: 36, delivery: 4.5, total: 40.5 });
  expect(cost({ "pike-vase": 1 })).toEqual({ goods: 54, delivery: 0, total: 54 });
  expect(cost({})).toEqual({ goods: 0, delivery: 0, total: 0 });
  expect(pieces({ "fell-mug": 2, "pike-vase": 1 })).toBe(3);
});

it("reads what was kept leniently", () => {
  expect(readBasket({ "fell-mug": 2, none: 3, "pike-vase": -1, "rill-jug": "many" })).toEqual({ "fell-mug": 2 });
  expect(readBasket(null)).toEqual({});
});
