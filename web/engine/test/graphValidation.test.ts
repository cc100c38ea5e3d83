import fc from "fast-check";
import { expect, it } from "vitest";
import { checkGraph } from "../src/graphValidation.ts";
import { isProblem } from "../src/problem.ts";
import { GRAPH } from "./support.ts";

it("ENG-20: a graph is taken as the wire has it, and defaults are filled in", () => {
  expect(checkGraph(structuredClone(GRAPH))).toEqual(GRAPH);
  expect(checkGraph({ name: "g", version: "1", nodes: [{ uuid: "a" }], edges: [{ uuid: "e", source: "a", target: "a" }] }))
    .toMatchObject({ listens: [], nodes: [{ type: "normal", dark: "", x: null }], edges: [{ source_face: "right", p: null }] });
});

it("ENG-20: what is no graph is a problem that names the place", () => {
  const wrong = checkGraph({ name: "g", version: "1", nodes: [{ uuid: 7 }] });
  expect(isProblem(wrong) && wrong.detail).toBe("graph.nodes[0].uuid is not text");
  fc.assert(fc.property(fc.jsonValue(), (value) => { checkGraph(value); }));
});
