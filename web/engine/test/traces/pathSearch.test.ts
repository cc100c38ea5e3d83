import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compileGraph, distances, route, traversableEdges, whyNever } from "../../src/traces/pathSearch.ts";
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

describe("passable", () => {
  function look(nodes: string, edges: string) {
    const of = graph(nodes, edges);
    const ways = compileGraph(of);
    const able = new Set(of.nodes.flatMap((node, n) => (node.dark === "" ? [n] : [])));
    const gone = traversableEdges(ways, able);
    return Object.fromEntries(of.edges.map(({ uuid }, n) => [uuid, gone.has(n) ? "can" : whyNever(ways, n, able, gone)]));
  }

  describe("edges that can be gone along", () => {
    it("TRC-26: an edge between nodes that can light, a bridged one and a loop can", () => {
      expect(look("A:s x:- B", "A>x x>B B>B B>A")).toEqual({ Ax0: "can", xB1: "can", BB2: "can", BA3: "can" });
    });

    it("TRC-26: an edge to or from where nothing lights cannot, and says so", () => {
      expect(look("x:- A:s B z:-", "x>A A>B B>z")).toEqual({ xA0: "nothing that can light leads to it", AB1: "can", Bz2: "it leads to nothing that can light" });
    });

    it("TRC-26: of parallel edges the likelier counts, and a longer way is passed by", () => {
      expect(look("A:s B", "A>B@0.2 A>B@0.8")).toEqual({ AB0: "a likelier edge joins the same two nodes, and goes are counted there", AB1: "can" });
      expect(look("A:s x:- B", "A>B A>x x>B")).toMatchObject({ AB0: "can", Ax1: "a shorter or likelier way leads past it", xB2: "a shorter or likelier way leads past it" });
    });

    it("TRC-26: going round unseen is not assumed, and an edge without an end cannot be gone along", () => {
      expect(look("A:s x:-", "A>x x>A")).toEqual({ Ax0: "a shorter or likelier way leads past it", xA1: "a shorter or likelier way leads past it" });
      expect(look("A:s B", "A>q")).toEqual({ Aq0: "it has no node at one of its ends" });
    });

    it("TRC-26: a graph without any event has none", () => {
      expect(look("x:- y:-", "x>y")).toEqual({ xy0: "nothing that can light leads to it" });
    });
  });
});
