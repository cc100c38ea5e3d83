import { expect, it } from "vitest";
import { totals } from "../src/select/light.ts";
import { initial, OPTIONS } from "../src/state.ts";

it("ENG-16: before any On there is nothing, and nothing breaks", () => {
  const state = initial({ ring: 5 });
  expect(state.options).toEqual({ ...OPTIONS, ring: 5 });
  expect(totals(state, 0)).toMatchObject({ count: 0, rate: 0, mappedShare: null, waiting: 0, filtered: null });
});
