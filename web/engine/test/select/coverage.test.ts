import { expect, it } from "vitest";
import { coverage } from "../../src/select/coverage.ts";
import { initial } from "../../src/state.ts";
import { after, batch, event, frame, on, T0 } from "../support.ts";

it("ENG-26: nodes lit of those that can, edges gone along, what is dark and why", () => {
  const state = after([on(), frame(0, batch(0, [event("a"), event("b", { occurred_at: new Date(T0 + 1).toISOString() })]))]);
  expect(coverage(state)).toEqual({ nodesLit: 2, nodes: 3, edgesLit: 1, edges: 2, dark: ["c"], darkEdges: ["bc"], never: [{ node: "d", why: "no event" }] });
  expect(coverage(initial())).toMatchObject({ nodes: 0, edges: 0 });
});
