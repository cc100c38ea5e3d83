import { expect, it } from "vitest";
import * as alone from "../../src/opened/alone.ts";

it("holds what a page without a server loads", () => {
  expect(Object.keys(alone).sort()).toEqual(["OpenedShelf", "Opening", "chest"]);
});
