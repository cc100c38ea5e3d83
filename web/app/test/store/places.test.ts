import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { WorkspaceSummary } from "../../src/lanes/api.ts";
import { addressed, all, choose, published, read, same, written } from "../../src/store/places.ts";

const graph = (name: string, can_light: number) => ({ name, title: name, version: "", nodes: 1, edges: 0, can_light });
const THERE: WorkspaceSummary[] = [
  { id: "a", env: "prod", graphs: [graph("dark", 0), graph("some", 2)], errors: [], sources: [] },
  { id: "b", env: "prod", graphs: [graph("most", 9)], errors: [], sources: [] },
];

describe("which graph is shown", () => {
  it("the address names it, and keeps all else", () => {
    const place = { workspace: "a b", env: "prod", graph: "x/y" };
    const href = addressed("http://here/?screen=tv&graph=old#h", place);
    expect([...new URL(href).searchParams]).toEqual([["screen", "tv"], ["graph", written(place)]]);
    expect(new URL(href).hash).toBe("#h");
  });

  it("a place is written and read again whatever it is called", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: "grapheme" }), fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (workspace, env, name) => {
        const place = { workspace, env, graph: name };
        expect(read(written(place))).toEqual(place);
      }),
    );
    for (const odd of ["", "a/b", "a//b", "%/a/b", "a/b/c/d"]) expect(read(odd)).toBeNull();
  });

  it("the first wish that exists wins, else the graph of which most can light", () => {
    expect(choose(THERE, ["x/y/z", "a/prod/dark", "b/prod/most"])?.graph).toBe("dark");
    expect(choose(THERE, [""])?.graph).toBe("most");
    expect(choose([], ["a/prod/dark"])).toBeNull();
    expect(all(THERE)).toHaveLength(3);
    expect(same(null, null)).toBe(false);
  });
});

it("FUN-14: knows whose events a function publishes", () => {
  const workspaces: WorkspaceSummary[] = [...THERE, { id: "c", env: "prod", ingest: "function", graphs: [], errors: [], sources: [] }];
  const at = (workspace: string, env = "prod") => published({ workspaces, place: { workspace, env, graph: "g" } });
  expect([at("c"), at("c", "stage"), at("a"), published({ workspaces, place: null })]).toEqual([true, false, false, false]);
});
