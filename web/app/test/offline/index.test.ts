import { expect, it } from "vitest";
import * as alone from "../../src/offline/index.ts";

it("holds what a page without a server loads", () => {
  expect(Object.keys(alone).sort()).toEqual(["OfflineApi", "OfflineController", "openWorkspaceStore"]);
});
