import { expect, it } from "vitest";
import { nearby, unseen } from "../src/nearest.ts";
import { GRAPH, listen } from "./support.ts";

const graph = { ...GRAPH, listens: [listen("a", "Order Completed"), listen("b", "order_complete"), listen("c", "Signed Up")] };

it("ENG-11: the likest names come first, and say what differs", () => {
  expect(nearby(graph, "order completed").map(({ node, why }) => [node, why])).toEqual([["a", "case"], ["b", "letters"]]);
  expect(nearby(graph, "order-completed")[0]).toMatchObject({ node: "a", why: "signs", likeness: 1 });
});

it("ENG-11: a name like no other has no nearest, however odd it is", () => {
  for (const name of ["", "💥", "x".repeat(100_000), "zzz"]) expect(nearby(graph, name)).toEqual([]);
});

it("ENG-11: what the eye cannot see is told by its code points", () => {
  const cafe = { ...GRAPH, listens: [listen("a", "Caf\u00e9 Opened"), listen("b", "\u0130ade Talebi")] };
  expect(nearby(cafe, "Cafe\u0301 Opened")[0]).toMatchObject({ node: "a", why: "form" });
  expect(nearby(cafe, "iade talebi")[0]).toMatchObject({ node: "b", why: "case" });
  expect(unseen("Cafe\u0301 Opened", "Caf\u00e9 Opened")).toBe("they look alike and differ at character 4: U+0065 was sent, U+00E9 is listened for");
  expect([unseen("a\u00a0b", "a b"), unseen("a\u200bb", "ab"), unseen("ab ", "ab")].every((told) => told !== "")).toBe(true);
  expect([unseen("ab", "ab"), unseen("ab", "ac")]).toEqual(["", ""]);
});
