import { expect, it } from "vitest";
import { nearestNames, unmappedNames } from "../../src/select/unmapped.ts";
import { initial } from "../../src/state.ts";
import { after, batch, event, frame, on, T0 } from "../support.ts";

it("ENG-11: the most frequent first, with age and sample; the nearest names on asking", () => {
  const state = after([on(), frame(0, batch(0, [event("", { name: "x" }), event("", { name: "a " }), event("", { name: "a " })]))]);
  expect(unmappedNames(state, T0 + 7000)).toMatchObject({ other: 0, names: [{ name: "a ", count: 2, age: 7000, sample: { name: "a " } }, { name: "x", count: 1 }] });
  expect(unmappedNames(after([on(), frame(0, batch(0, [event("", { type: "group", name: "group" })]))]), T0)).toMatchObject({ names: [], who: [{ name: "group", count: 1 }] });
  expect(nearestNames(state, "a ")).toMatchObject([{ node: "a", name: "A", why: "signs" }]);
  expect(nearestNames(initial(), "a")).toEqual([]);
});
