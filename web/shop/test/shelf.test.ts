import { expect, it } from "vitest";
import { recall, remember } from "../src/shelf.ts";

it("recalls what it remembered, and gives a visitor a variant once", () => {
  let held = "";
  const shelf = { getItem: () => held, setItem: (_: string, text: string) => { held = text; } };
  const kept = { basket: { "fell-mug": 1 }, wishes: ["rill-jug"], variant: "express-first" as const };
  remember(shelf, kept);
  expect(recall(shelf, () => 0.9)).toEqual(kept);
});

it("offers express pay first to three in ten", () => {
  expect(recall(null, () => 0.29).variant).toBe("express-first");
  expect(recall(null, () => 0.31).variant).toBe("card-first");
});

it("reads leniently, and does without storage if the browser refuses it", () => {
  expect(recall({ getItem: () => "{" }, () => 1)).toEqual({ basket: {}, wishes: [], variant: "card-first" });
  expect(recall({ getItem: () => '{"wishes":["none","rill-jug","rill-jug",3],"basket":[]}' }, () => 1).wishes).toEqual(["rill-jug"]);
  expect(() => { remember({ setItem: () => { throw new Error("full"); } }, { basket: {}, wishes: [], variant: "card-first" }); }).not.toThrow();
});
