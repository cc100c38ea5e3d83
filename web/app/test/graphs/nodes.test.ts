import type { Warning } from "@dagnet-realtime/engine/wire.gen";
import { expect, it } from "vitest";
import { caseIds, ends, readNodes } from "../../src/graphs/nodes.ts";

it("GRA-5: the first node that goes by a name has it", () => {
  const tree = { nodes: [{ uuid: "A", id: "x" }, { uuid: "x", id: "x", slug: "s" }, { id: "y", slug: "A" }] };
  expect(Object.fromEntries([...ends(tree, readNodes(tree, []))].map(([name, node]) => [name, node.uuid]))).toEqual({ A: "A", x: "A", s: "x", y: "y" });
});

it("GRA-4: too many nodes are cut with a warning", () => {
  const warnings: Warning[] = [];
  expect(readNodes({ nodes: Array.from({ length: 5001 }, (_, place) => ({ uuid: place })) }, warnings)).toHaveLength(5000);
  expect(warnings.map((one) => one.code)).toEqual(["too_many"]);
});

it("GRA-6: a case goes by its own id too", () => {
  const tree = { nodes: [{ uuid: "A", id: "a", case: { id: "test", variants: [{ name: "x", weight: 2 }] } }] };
  expect([...caseIds(tree, readNodes(tree, [])).keys()]).toEqual(["A", "a", "test"]);
});
