import { expect, it } from "vitest";
import { goers } from "../../../src/traces/select/goers.ts";
import { event, graph, told } from "../support.ts";

it("TRC-25: names the latest traces that went along an edge, bridged ones too, or made a jump", () => {
  const traces = told(graph("A:s x:- B C", "A>x x>B"), [event(0, "a", "A"), event(1, "a", "B"), event(2, "b", "A"), event(3, "b", "B"), event(4, "b", "C"), event(5, "c", "A")]);
  expect(goers(traces, { edge: "Ax0" }, 5)).toEqual(["b", "a"]);
  expect(goers(traces, { edge: "Ax0" }, 1)).toEqual(["b"]);
  expect(goers(traces, { from: "B", to: "C" }, 5)).toEqual(["b"]);
  expect([goers(traces, { from: "A", to: "C" }, 5), goers(traces, { edge: "no" }, 5), goers(traces, { from: "?", to: "?" }, 5)]).toEqual([[], [], []]);
});
