import { expect, it } from "vitest";
import { edge, edgeSeen, followed, ghostEdge, ghostEdges, node, recentTraces, trace, traceCounts, traceJoins, wayTraces } from "../../src/select/traces.ts";
import { initialState } from "../../src/state.ts";
import { after, batch, event, frame, on, T0 } from "../support.ts";

it("TRC-26: traces are asked of the state, and an engine without a graph has none", () => {
  const state = after([on(), frame(0, batch(0, [event("a"), event("c", { occurred_at: new Date(T0 + 1).toISOString() })])), { kind: "follow", at: T0, token: "t1" }]);
  expect(recentTraces(state, 5)).toHaveLength(1);
  expect(trace(state, "t1")?.steps).toHaveLength(2);
  expect([traceCounts(state).seen, followed(state).length, ghostEdges(state).length, traceJoins(state, 5).length]).toEqual([1, 1, 1, 0]);
  expect([edge(state, "ab", T0)?.traversals, node(state, "a") === null]).toEqual([0, false]);
  expect(wayTraces(state, { from: "a", to: "c" }, 3)).toEqual(["t1"]);
  expect(ghostEdge(state, "a", "c")).toEqual(ghostEdges(state)[0]);
  expect([ghostEdge(state, "a", "b"), ghostEdge(state, "?", "c"), ghostEdge(initialState(), "a", "c")]).toEqual([null, null, null]);
  expect([edgeSeen(state, "ab"), edgeSeen(initialState(), "ab")]).toEqual([0, 0]);
  const none = initialState();
  expect(wayTraces(none, { edge: "ab" }, 3)).toEqual([]);
  expect([recentTraces(none, 5), trace(none, "t"), traceCounts(none), followed(none), ghostEdges(none), traceJoins(none, 1), edge(none, "ab", 0), node(none, "a")])
    .toEqual([[], null, { seen: 0, retained: 0, exact: true }, [], [], [], null, null]);
});
