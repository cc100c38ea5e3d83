import { expect, it } from "vitest";
import { quietly } from "../src/quietly.ts";

it("TAP-8: what throws is nothing", () => {
  expect(quietly(() => 1)).toBe(1);
  expect(quietly((): number => { throw new Error("no"); })).toBeUndefined();
});
