import { expect, it } from "vitest";
import { fullJourney, grid, journey } from "../../../src/picture/bench/sample.ts";

it("its graphs hold together: every edge has both ends, every uuid is its own", () => {
  for (const graph of [journey(), fullJourney(), grid(30), grid(1000)]) {
    const uuids = new Set(graph.nodes.map(({ uuid }) => uuid));
    expect(uuids.size).toBe(graph.nodes.length);
    expect(graph.edges.every(({ source, target }) => uuids.has(source) && uuids.has(target))).toBe(true);
    expect(new Set(graph.edges.map(({ uuid }) => uuid)).size).toBe(graph.edges.length);
  }
  expect(grid(1000).nodes).toHaveLength(1000);
});
