import { describe, expect, it } from "vitest";
import { feed } from "../../src/select/feed.ts";
import { nearestNames, nearMissesOf, unmappedNames } from "../../src/select/unmapped.ts";
import { initialState } from "../../src/state.ts";
import { after, batch, event, frame, GRAPH, listen, on, T0 } from "../support.ts";

describe("unmapped", () => {
  it("ENG-11: the most frequent first, with age and sample; the nearest names on asking", () => {
    const state = after([on(), frame(0, batch(0, [event("", { name: "x" }), event("", { name: "a " }), event("", { name: "a " })]))]);
    expect(unmappedNames(state, T0 + 7000)).toMatchObject({ other: 0, names: [{ name: "a ", count: 2, age: 7000, sample: { name: "a " } }, { name: "x", count: 1 }] });
    expect(unmappedNames(after([on(), frame(0, batch(0, [event("", { type: "group", name: "group" })]))]), T0)).toMatchObject({ names: [], identity: [{ name: "group", count: 1 }] });
    expect(nearestNames(state, "a ")).toMatchObject([{ node: "a", name: "A", why: "signs" }]);
    expect(nearestNames(initialState(), "a")).toEqual([]);
  });

  it("ENG-11: a name that a node listens for says which filter it failed, by its last sample", () => {
    const filters = [{ property: "device", operator: "is" as const, values: ["mobile"], property_type: "event" as const }];
    const graph = { ...GRAPH, listens: [listen("a", "Paid", filters)] };
    const state = after([on("remote", { graph }), frame(0, batch(0, [event("", { name: "Paid", properties: { device: "desktop" } }), event("a", { name: "Paid" })]))]);
    const [unmapped] = unmappedNames(state, T0).names;
    expect(nearMissesOf(state, unmapped!.sample!)).toMatchObject([{ node: "a", reason: "its property device was “desktop”, and must be “mobile”" }]);
    expect(nearMissesOf(state, feed(state, { start: 0, count: 1 }).rows[0]!)).toEqual([]);
  });
});
