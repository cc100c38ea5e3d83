import { expect, it } from "vitest";
import { createKept, lightOf } from "../src/kept.ts";
import { OPTIONS } from "../src/state.ts";
import { after, batch, event, frame, GRAPH, on } from "./support.ts";

it("ENG-13: an accumulation after a Clear numbers its rows on", () => {
  const { kept } = after([on(), frame(0, batch(0, [event("a"), event("a")]))]);
  expect(createKept(OPTIONS, GRAPH, 5, kept).ring).toMatchObject({ start: 2, end: 2 });
});

it("ENG-10: nodes are counted up to a bound", () => {
  const { nodes } = createKept(OPTIONS, null, 0);
  expect(lightOf(nodes, "a", 1)).toBe(lightOf(nodes, "a", 1));
  expect(lightOf(nodes, "b", 1)).toBeNull();
});
