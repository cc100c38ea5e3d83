import { describe, expect, it } from "vitest";
import vectors from "../../../../conformance/steps.json";
import { timeline } from "../../src/traces/select/timeline.ts";
import { event, graphOf, told, type SmallEdge, type SmallNode } from "./support.ts";

const graphs: Readonly<Record<string, { nodes: SmallNode[]; edges: SmallEdge[] }>> = vectors.graphs;

describe("TRC-1 TRC-2 TRC-3 TRC-4 TRC-5 TRC-6 TRC-7 TRC-8: the way a trace goes, from the vectors", () => {
  for (const { rule, title, graph, events, moves } of vectors.cases) {
    it(`${rule}: ${title}`, () => {
      const { nodes, edges } = graphs[graph]!;
      const traces = told(graphOf(nodes, edges), events.map((lit, n) => event(n, "a", lit.join(" "))));
      const steps = timeline(traces, "a")!.steps;
      expect(steps.map(({ move, from, node, edges: along }) => ({ move, from, to: node, edges: [...along] }))).toEqual(moves);
      for (const step of steps) expect(step.inferred).toBe(step.edges.length > 1);
    });
  }
});
