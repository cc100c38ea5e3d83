import { expect, it } from "vitest";
import { detailAt } from "../../../src/picture/dom/detail.ts";

it("PIC-25: shows less of a card from further away, and in large graphs sooner", () => {
  expect([1, 0.7, 0.5, 0.44, 0.2, 0.1].map((zoom) => detailAt(zoom, 30))).toEqual(["full", "full", "brief", "name", "name", "plain"]);
  expect([0.5, 0.35, 0.2].map((zoom) => detailAt(zoom, 1000))).toEqual(["brief", "name", "plain"]);
});
