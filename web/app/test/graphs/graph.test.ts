import { expect, it } from "vitest";
import { Bindings } from "../../src/graphs/bindings.ts";
import { readGraph } from "../../src/graphs/graph.ts";

it("GRA-2: what has no list of nodes is no graph", () => {
  for (const tree of [null, [], "x", {}, { nodes: {} }]) expect(() => readGraph("graphs/a.json", tree, new Bindings(new Map()))).toThrow("not a DagNet graph");
});

it("GRA-4: a list of nodes is enough", () => {
  expect(readGraph("graphs/a.json", { nodes: [] }, new Bindings(new Map()))).toMatchObject({ name: "a", title: "a", edges: [] });
});
