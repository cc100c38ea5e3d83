import { expect, it } from "vitest";
import { address, route, type Route } from "../src/route.ts";

const ALL: readonly Route[] = [
  { page: "landing" },
  { page: "basket" },
  { page: "wishlist" },
  { page: "checkout" },
  { page: "thanks" },
  { page: "stores" },
  { page: "letter" },
  { page: "inbox" },
  { page: "list", kind: null },
  { page: "list", kind: "home" },
  { page: "search", term: "moss & rust?" },
  { page: "product", id: "fell-mug" },
  { page: "express", method: "apple_pay" },
];

it("reads back every address that it writes", () => {
  for (const to of ALL) expect(route(address(to))).toEqual(to);
});

it("takes anything else for the beginning or for a page that is not there", () => {
  expect(route("")).toEqual({ page: "landing" });
  expect(route("#/nowhere")).toEqual({ page: "lost" });
  expect(route("#/list/constructor")).toEqual({ page: "list", kind: null });
  expect(route("#/express/cash")).toEqual({ page: "lost" });
  expect(route(`#/search?q=${"x".repeat(500)}`)).toEqual({ page: "search", term: "x".repeat(60) });
});
