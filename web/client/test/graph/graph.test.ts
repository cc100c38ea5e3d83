import type { Warning } from "@dagnet-realtime/engine/wire.gen";
import { describe, expect, it } from "vitest";
import { DefinitionIndex } from "../../src/graph/definitions.ts";
import { bindEvent, caseIds, ends, readContainers, readEdges, readGraph, readNodes, readPostits } from "../../src/graph/graph.ts";

describe("graph", () => {
  it("GRA-2: what has no list of nodes is no graph", () => {
    for (const tree of [null, [], "x", {}, { nodes: {} }]) expect(() => readGraph("graphs/a.json", tree, new DefinitionIndex(new Map()))).toThrow("not a DagNet graph");
  });

  it("GRA-2: a list of nodes is enough", () => {
    expect(readGraph("graphs/a.json", { nodes: [] }, new DefinitionIndex(new Map()))).toMatchObject({ name: "a", title: "a", edges: [] });
  });
});

describe("nodes", () => {
  it("GRA-5: the first node that goes by a name has it", () => {
    const tree = { nodes: [{ uuid: "A", id: "x" }, { uuid: "x", id: "x", slug: "s" }, { id: "y", slug: "A" }] };
    expect(Object.fromEntries([...ends(tree, readNodes(tree, []))].map(([name, node]) => [name, node.uuid]))).toEqual({ A: "A", x: "A", s: "x", y: "y" });
  });

  it("GRA-2: too many nodes are cut with a warning", () => {
    const warnings: Warning[] = [];
    expect(readNodes({ nodes: Array.from({ length: 5001 }, (_, place) => ({ uuid: place })) }, warnings)).toHaveLength(5000);
    expect(warnings.map((one) => one.code)).toEqual(["too_many"]);
  });

  it("GRA-6: a case goes by its own id too", () => {
    const tree = { nodes: [{ uuid: "A", id: "a", case: { id: "test", variants: [{ name: "x", weight: 2 }] } }] };
    expect([...caseIds(tree, readNodes(tree, [])).keys()]).toEqual(["A", "a", "test"]);
  });
});

describe("edges", () => {
  function edges(...written: object[]) {
    const tree = { nodes: [{ uuid: "A" }, { uuid: "B" }], edges: written };
    return readEdges(tree, readNodes(tree, []), []);
  }

  it("GRA-6: handles name faces on either end, an unknown probability is null", () => {
    const [one] = edges({ from: "A", to: "B", fromHandle: "top", toHandle: "left-out" });
    expect([one?.source_face, one?.target_face, one?.p]).toEqual(["top", "left", null]);
  });

  it("GRA-5: made names do not depend on other edges", () => {
    expect(edges({ from: "A", to: "B" })[0]?.uuid).toBe("A->B");
    expect(edges({ uuid: "e", from: "B", to: "A" }, { from: "A", to: "B" })[1]?.uuid).toBe("A->B");
  });
});

describe("annotations", () => {
  it("GRA-2: notes and frames have a size with any values of the file", () => {
    expect(readPostits({ postits: [{ text: "x", width: -1, height: "tall" }, null] })).toEqual([{ id: "postit-0", text: "x", colour: "", x: 0, y: 0, width: 200, height: 150 }]);
    expect(readContainers({ containers: [{ label: "x", x: 3, width: 9 }] })[0]).toMatchObject({ x: 3, width: 9, height: 300 });
  });
});

describe("listening", () => {
  it("GRA-7: a node without an event says why it stays dark", () => {
    const nodes = readNodes({ nodes: [{ uuid: "A" }, { uuid: "B", absorbing: true }, { uuid: "C", type: "case" }, { uuid: "D", event_id: "e" }] }, []);
    const dark = nodes.map((node) => bindEvent(node, new DefinitionIndex(new Map()), [])[0].dark);
    expect(dark).toEqual(["no event is bound to it", "absorbing, and no event is bound to it", "a case node without an event of its own; traffic passes through it", ""]);
  });
});
