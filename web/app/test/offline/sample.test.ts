import { expect, it } from "vitest";
import { loadWorkspace } from "../../src/offline/workspace.ts";
import { sample } from "../../src/offline/sample.ts";

it("TAP-30: carries the sample workspace, which reads without errors", () => {
  const { graphs, errors } = loadWorkspace(sample().files);
  expect([...graphs.keys()].sort()).toEqual(["newsletter-sign-up", "uk-checkout-journey"]);
  expect(errors).toEqual([]);
});
