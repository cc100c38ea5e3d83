import { expect, it } from "vitest";
import { readEdges } from "../../src/graphs/edges.ts";
import { readNodes } from "../../src/graphs/nodes.ts";

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
