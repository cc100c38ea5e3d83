import { expect, it } from "vitest";
import { coverage, neverWhy } from "../../src/select/coverage.ts";
import { initialState } from "../../src/state.ts";
import { after, batch, event, frame, GRAPH, on, T0 } from "../support.ts";

it("TRC-26: nodes lit of those that can, edges gone along, what is dark and why", () => {
  const state = after([on(), frame(0, batch(0, [event("a"), event("b", { occurred_at: new Date(T0 + 1).toISOString() })]))]);
  expect(coverage(state)).toEqual({ nodesLit: 2, nodes: 3, edgesLit: 1, edges: 2, dark: ["c"], darkEdges: ["bc"], never: [{ node: "d", why: "no event" }], neverEdges: [] });
  expect(coverage(initialState())).toMatchObject({ nodes: 0, edges: 0 });
});

it("TRC-26: an edge that no trace can be counted on is not dark, and says why", () => {
  const edge = { uuid: "cd", id: "", source: "c", target: "d", source_face: "right" as const, target_face: "left" as const, p: 0.5, label: "", variant: "", conditional: false };
  const state = after([on("remote", { graph: { ...GRAPH, edges: [...GRAPH.edges, edge] } })]);
  expect(coverage(state)).toMatchObject({ edgesLit: 0, edges: 2, darkEdges: ["ab", "bc"], neverEdges: ["cd"] });
  expect(["cd", "ab", "no"].map((one) => neverWhy(state, one))).toEqual(["it leads to nothing that can light", "", ""]);
  expect(neverWhy(initialState(), "cd")).toBe("");
});
