import { expect, it } from "vitest";
import { heatStep } from "../../../src/picture/light/strength.ts";

it("PIC-6: shows five steps of heat, and at least one for anything above nothing", () => {
  expect([0, 0.01, 0.2, 0.21, 0.5, 0.99, 1, 3].map(heatStep)).toEqual([0, 1, 1, 2, 3, 5, 5, 5]);
});
