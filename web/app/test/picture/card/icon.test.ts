import { expect, it } from "vitest";
import { iconOf } from "../../../src/picture/card/icon.ts";

it("guesses a step's drawing from its names, the first that says something", () => {
  const names: readonly (readonly [readonly string[], string])[] = [
    [["Product list", "view_item_list"], "list"], [["Site search"], "search"], [["Payment Failed"], "fail"], [["Order Confirmed"], "goal"], [["Checkout"], "card"],
    [["Basket"], "basket"], [["Landing page"], "page"], [["A", "Return Completed"], "undo"], [["Step 7"], "step"], [[], "step"],
  ];
  expect(names.map(([list]) => iconOf("normal", list))).toEqual(names.map(([, icon]) => icon));
});

it("shows the fork for every case node", () => {
  expect(iconOf("case", ["Basket"])).toBe("split");
});
