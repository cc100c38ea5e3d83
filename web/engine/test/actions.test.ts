import { expect, it } from "vitest";
import { SILENT } from "../src/actions.ts";

it("ENG-1: an engine without listeners runs all the same", () => {
  SILENT.hit({ node: "a", at: 0, late: false, token: null, count: 1 });
  SILENT.step({ token: "t", from: "a", to: "b", edges: [], jump: true, inferred: false, followed: false, at: 0 });
  expect(Object.keys(SILENT)).toEqual(["hit", "step"]);
});
