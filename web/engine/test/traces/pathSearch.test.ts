import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileGraph, distances, route } from "../../src/traces/pathSearch.ts";
import { graph, graphOf } from "./support.ts";

describe("reach", () => {
  const way = (of: ReturnType<typeof graph>, from: string, to: string): readonly string[] | null => {
    const ways = compileGraph(of);
    return route(ways, ways.index.get(from)!, ways.index.get(to)!)?.uuids ?? null;
  };

  describe("ways through a graph", () => {
    it("TRC-3: a way passes nodes without an event, and no others", () => {
      const of = graph("A x:- y:- B C", "A>x x>y y>B B>C");
      expect(way(of, "A", "B")).toEqual(["Ax0", "xy1", "yB2"]);
      expect(way(of, "A", "C")).toBeNull();
    });

    it("TRC-2: fewest edges come before probability, probability before graph order", () => {
      expect(way(graph("A x:- B", "A>x@1 x>B@1 A>B@0.01"), "A", "B")).toEqual(["AB2"]);
      expect(way(graph("A x:- y:- B", "A>x@0.9 A>y@0.5 x>B@0.1 y>B@0.5"), "A", "B")).toEqual(["Ay1", "yB3"]);
      expect(way(graph("A x:- y:- B", "A>x A>y x>B y>B"), "A", "B")).toEqual(["Ax0", "xB2"]);
    });

    it("TRC-2: an edge without a probability counts as one half, as DagNet draws it", () => {
      expect(way(graph("A B", "A>B A>B@0.6 A>B@0.4"), "A", "B")).toEqual(["AB1"]);
    });

    it("TRC-4: from a node to itself only its own loop is a way", () => {
      expect(way(graph("A x:-", "A>x x>A"), "A", "A")).toBeNull();
      expect(way(graph("A", "A>A@0.1 A>A@0.2"), "A", "A")).toEqual(["AA1"]);
    });

    it("TRC-3: a node that listens but can never light is bridged", () => {
      const of = graph("A x B", "A>x x>B");
      expect(way({ ...of, nodes: of.nodes.map((node) => node.uuid === "x" ? { ...node, dark: "its event is deprecated" } : node) }, "A", "B")).toEqual(["Ax0", "xB1"]);
    });

    it("TRC-2: edges to unknown nodes are left out, and of a repeated uuid the first node counts", () => {
      const of = graphOf([{ uuid: "A" }, { uuid: "A", event: false }, { uuid: "B" }], [{ from: "A", to: "gone" }, { from: "A", to: "B" }]);
      expect(way(of, "A", "B")).toEqual(["AB1"]);
    });

    it("TRC-17: hops are counted along the whole graph, forwards and backwards", () => {
      const ways = compileGraph(graph("A B C D", "A>B B>C"));
      expect([...distances(ways, 0)]).toEqual([0, 1, 2, -1]);
      expect([...distances(ways, 2, true)]).toEqual([2, 1, 0, -1]);
    });

    it("TRC-2: the way found is as short as any, in any graph", () => {
      const names = ["A", "B", "C", "D", "E", "F"];
      const edges = fc.array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...names)), { maxLength: 20 });
      fc.assert(fc.property(edges, fc.subarray(names), (pairs, dark) => {
        const of = graphOf(names.map((uuid) => ({ uuid, event: !dark.includes(uuid) })), pairs.map(([from, to]) => ({ from, to })));
        for (const from of names) for (const to of names) if (from !== to) expect(way(of, from, to)?.length ?? null).toBe(shortest(pairs, new Set(dark), from, to));
      }));
    });
  });

  /** Bellman and Ford's way, for comparison. */
  function shortest(pairs: readonly (readonly [string, string])[], dark: ReadonlySet<string>, from: string, to: string): number | null {
    const hops = new Map([[from, 0]]);
    for (let round = 0; round < 7; round += 1) {
      for (const [a, b] of pairs) {
        const there = hops.get(a);
        if (there !== undefined && (a === from || dark.has(a))) hops.set(b, Math.min(hops.get(b) ?? 99, there + 1));
      }
    }
    return hops.get(to) ?? null;
  }
});
