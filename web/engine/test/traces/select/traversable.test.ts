import { describe, expect, it } from "vitest";
import { compileGraph } from "../../../src/traces/pathSearch.ts";
import { traversableEdges, whyNever } from "../../../src/traces/select/traversable.ts";
import { graph } from "../support.ts";

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
