import { expect, it } from "vitest";
import { nearby } from "../src/nearest.ts";
import { GRAPH, listen } from "./support.ts";

const graph = { ...GRAPH, listens: [listen("a", "Order Completed"), listen("b", "order_complete"), listen("c", "Signed Up")] };

it("ENG-11: the likest names come first, and say what differs", () => {
  expect(nearby(graph, "order completed").map(({ node, why }) => [node, why])).toEqual([["a", "case"], ["b", "letters"]]);
  expect(nearby(graph, "order-completed")[0]).toMatchObject({ node: "a", why: "signs", likeness: 1 });
});

it("ENG-11: a name like no other has no nearest, however odd it is", () => {
  for (const name of ["", "💥", "x".repeat(100_000), "zzz"]) expect(nearby(graph, name)).toEqual([]);
});
