import { expect, it } from "vitest";
import { coverageFile, VERSION } from "../../src/bar/CoverageLists.tsx";
import { batch, GRAPH, scene } from "../../../app/test/support/page.ts";

it("TRC-26: the saved coverage names every node and edge with its state, and no person", () => {
  const { engine, environment } = scene();
  expect(coverageFile(engine.state, null, 0)).toBe("{}");
  const graph = { ...GRAPH, nodes: [...GRAPH.nodes, { ...GRAPH.nodes[0]!, uuid: "d", id: "d", label: "Desk", dark: "no event" }], edges: [...GRAPH.edges, { ...GRAPH.edges[0]!, uuid: "f", id: "f", target: "d" }] };
  engine.dispatch({ kind: "on", session: "s1", position: "e:0", graph, lane: "remote" });
  engine.dispatch({ kind: "frame", frame: batch(0) });
  const text = coverageFile(engine.state, "s1", environment.now());
  expect(JSON.parse(text)).toMatchObject({
    version: VERSION, graph: "g", watch_session_id: "s1", edges_of: "all traces",
    nodes: [{ uuid: "a", state: "lit", count: 1 }, { uuid: "b", state: "dark", count: 0 }, { uuid: "d", state: "never", why: "no event" }],
    edges: [{ uuid: "e", label: "Landing → Basket", state: "dark", traversals: 0 }, { uuid: "f", state: "never", why: "it leads to nothing that can light" }],
  });
  expect(text).not.toContain('"t"');
  engine.dispatch({ kind: "frame", frame: { ...batch(1), threshold: 0.5 } });
  expect(JSON.parse(coverageFile(engine.state, "s1", environment.now()))).toMatchObject({ edges_of: "carried traces" });
});
