import { expect, it } from "vitest";
import { fullJourney, grid, journey, walks } from "./sample.ts";

it("its graphs hold together: every edge has both ends, every uuid is its own", () => {
  for (const graph of [journey(), fullJourney(), grid(30), grid(1000)]) {
    const uuids = new Set(graph.nodes.map(({ uuid }) => uuid));
    expect(uuids.size).toBe(graph.nodes.length);
    expect(graph.edges.every(({ source, target }) => uuids.has(source) && uuids.has(target))).toBe(true);
    expect(new Set(graph.edges.map(({ uuid }) => uuid)).size).toBe(graph.edges.length);
  }
  expect(grid(1000).nodes).toHaveLength(1000);
});

it("walks go along edges, begin apart, and every fifth goes on with a tick", () => {
  const graph = grid(30);
  const [early, later] = [walks(graph, 5, 4, 0), walks(graph, 5, 4, 1)];
  const lengths = (walked: typeof early) => walked.map(({ steps }) => steps.length);
  const edges = new Map(graph.edges.map((edge) => [edge.uuid, edge]));
  expect(new Set(early.map(({ steps }) => steps[0]?.node)).size).toBe(5);
  for (const { steps, head } of early) {
    expect(head).toBe(steps.at(-1)?.node);
    for (const [n, step] of steps.entries()) for (const uuid of step.edges) expect([edges.get(uuid)?.source, edges.get(uuid)?.target]).toEqual([steps[n - 1]?.node, step.node]);
  }
  expect(lengths(later).filter((length, n) => length !== lengths(early)[n])).toHaveLength(1);
});
