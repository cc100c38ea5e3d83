import { expect, it } from "vitest";
import { Bindings } from "../../src/graphs/bindings.ts";
import { bind } from "../../src/graphs/listening.ts";
import { readNodes } from "../../src/graphs/nodes.ts";

it("GRA-10: a node without an event says why it stays dark", () => {
  const nodes = readNodes({ nodes: [{ uuid: "A" }, { uuid: "B", absorbing: true }, { uuid: "C", type: "case" }, { uuid: "D", event_id: "e" }] }, []);
  const dark = nodes.map((node) => bind(node, new Bindings(new Map()), [])[0].dark);
  expect(dark).toEqual(["no event is bound to it", "absorbing, and no event is bound to it", "a case node without an event of its own; traffic passes through it", ""]);
});
