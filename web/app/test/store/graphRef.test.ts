import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { WorkspaceSummary } from "@dagnet-realtime/client/api";
import { urlWithGraph, allGraphs, chooseGraph, usesFunctionIngest, parseGraphRef, sameGraph, formatGraphRef } from "../../src/store/graphRef.ts";

const graph = (name: string, can_light: number) => ({ name, title: name, version: "", nodes: 1, edges: 0, can_light });
const THERE: WorkspaceSummary[] = [
  { id: "a", env: "prod", graphs: [graph("dark", 0), graph("some", 2)], errors: [], sources: [] },
  { id: "b", env: "prod", graphs: [graph("most", 9)], errors: [], sources: [] },
];

describe("which graph is shown", () => {
  it("the address names it, and keeps all else", () => {
    const place = { workspace: "a b", env: "prod", graph: "x/y" };
    const href = urlWithGraph("http://here/?screen=tv&graph=old#h", place);
    expect([...new URL(href).searchParams]).toEqual([["screen", "tv"], ["graph", formatGraphRef(place)]]);
    expect(new URL(href).hash).toBe("#h");
  });

  it("a place with any name is written and read again", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: "grapheme" }), fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (workspace, env, name) => {
        const place = { workspace, env, graph: name };
        expect(parseGraphRef(formatGraphRef(place))).toEqual(place);
      }),
    );
    for (const odd of ["", "a/b", "a//b", "%/a/b", "a/b/c/d"]) expect(parseGraphRef(odd)).toBeNull();
  });

  it("the first wish that exists wins, else the graph of which most can light", () => {
    expect(chooseGraph(THERE, ["x/y/z", "a/prod/dark", "b/prod/most"])?.graph).toBe("dark");
    expect(chooseGraph(THERE, [""])?.graph).toBe("most");
    expect(chooseGraph([], ["a/prod/dark"])).toBeNull();
    expect(allGraphs(THERE)).toHaveLength(3);
    expect(sameGraph(null, null)).toBe(false);
  });
});

it("FUN-14: knows whose events a function publishes", () => {
  const workspaces: WorkspaceSummary[] = [...THERE, { id: "c", env: "prod", ingest: "function", graphs: [], errors: [], sources: [] }];
  const at = (workspace: string, env = "prod") => usesFunctionIngest({ workspaces, graphRef: { workspace, env, graph: "g" } });
  expect([at("c"), at("c", "stage"), at("a"), usesFunctionIngest({ workspaces, graphRef: null })]).toEqual([true, false, false, false]);
});
