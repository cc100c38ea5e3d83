// @vitest-environment jsdom
import { expect, it } from "vitest";
import { badge } from "../../src/side/SideTabs.tsx";

it("PIC-87: the number of unmapped names says if there are more than are counted apart", () => {
  expect([badge({ names: [], other: 0 }), badge({ names: [1, 2], other: 0 }), badge({ names: Array(200).fill(0), other: 4800 })]).toEqual(["", "2", "200+"]);
});
