import { expect, it } from "vitest";
import { ignoredOf } from "../../../src/ui/side/ignored.ts";
import { PLACE } from "../../support/page.ts";

it("TRC-30: jumps are ignored in their own graph only", () => {
  const kept = ["shop/demo/g a>b", "shop/demo/other a>b", " x>y"];
  expect([[...ignoredOf(kept, PLACE)], [...ignoredOf(kept, null)]]).toEqual([["a>b"], ["x>y"]]);
});
