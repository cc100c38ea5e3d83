import { describe, expect, it } from "vitest";
import { totals } from "../src/select/totals.ts";
import { activityOf, createAccumulation, initialState, OPTIONS } from "../src/state.ts";
import { after, batch, event, frame, GRAPH, on } from "./support.ts";

describe("kept", () => {
  it("ENG-13: an accumulation after a Clear numbers its rows on", () => {
    const { accumulation: retained } = after([on(), frame(0, batch(0, [event("a"), event("a")]))]);
    expect(createAccumulation(OPTIONS, GRAPH, 5, retained).events).toMatchObject({ start: 2, end: 2 });
  });

  it("ENG-10: nodes are counted up to a bound", () => {
    const owner = createAccumulation(OPTIONS, null, 0);
    expect(activityOf(owner, "a", 1)).toBe(activityOf(owner, "a", 1));
    expect(activityOf(owner, "b", 1)).toBeNull();
  });
});

describe("state", () => {
  it("ENG-13: before any On there is nothing, and nothing breaks", () => {
    const state = initialState({ events: 5 });
    expect(state.options).toEqual({ ...OPTIONS, events: 5 });
    expect(totals(state, 0)).toMatchObject({ count: 0, rate: 0, mappedShare: null, pending: 0, filtered: null });
  });
});
