import { expect, it } from "vitest";
import { safely } from "../src/safely.ts";

it("TAP-7: what throws is nothing", () => {
  expect(safely(() => 1)).toBe(1);
  expect(safely((): number => { throw new Error("no"); })).toBeUndefined();
});
