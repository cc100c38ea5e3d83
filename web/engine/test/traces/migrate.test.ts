import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { traceFingerprint } from "../../src/fingerprint.ts";
import { migrateTraces, relightVisit } from "../../src/traces/migrate.ts";
import type { TraceEvent } from "../../src/traces/model.ts";
import { edgeFacts, nodeFacts } from "../../src/traces/select/facts.ts";
import { jumps } from "../../src/traces/select/jumps.ts";
import { timeline } from "../../src/traces/select/paths.ts";
import { event, graph, told } from "./support.ts";

describe("relight", () => {
  const GRAPH = graph("A:s B C D:e", "A>B B>C C>A C>D");
  const words = fc.array(fc.record({ at: fc.nat(20), token: fc.constantFrom("a", "b", ""), before: fc.constantFrom("A", "B", "C", "D", ""), since: fc.constantFrom("A", "B", "C", "D", "") }), { maxLength: 20 });

  it("TRC-23: a trace whose event lights other nodes is what it would be had it lit them from the first", () => {
    fc.assert(fc.property(words, (all) => {
      const events = (which: "before" | "since"): TraceEvent[] => all.map((one, n) => event(one.at, one.token, one[which], { id: `e${n}` }));
      const traces = told(GRAPH, events("before"));
      for (const one of events("since")) relightVisit(traces, { id: one.id, name: one.name, nodes: one.nodes, traces: one.tokens });
      expect(traceFingerprint(traces)).toBe(traceFingerprint(told(GRAPH, events("since"))));
    }));
  });

  it("TRC-23: what no trace holds is left as it is", () => {
    const traces = told(GRAPH, [event(1, "a", "A")]);
    const before = traceFingerprint(traces);
    relightVisit(traces, { id: "unknown", name: "B", nodes: ["B"], traces: [{ kind: "anonymousId", token: "a" }, { kind: "userId", token: "nobody" }] });
    expect(traceFingerprint(traces)).toBe(before);
  });
});

describe("regraph", () => {
  const ONE = graph("A:s B C D", "A>B B>C C>A");
  const OTHER = graph("D x:- C B A:s", "B>C A>x x>C A>B");
  const words = fc.array(fc.record({ at: fc.nat(30), token: fc.constantFrom("a", "b", "c"), node: fc.constantFrom("A", "B", "C", "D", "") }), { maxLength: 30 });
  const events = words.map((all) => all.map(({ at, token, node }, n): TraceEvent => event(at, token, node, { id: `e${n}` })));

  describe("another graph", () => {
    it("TRC-23: makes traces what they would be had the graph been there from the first", () => {
      fc.assert(fc.property(events, (all) => {
        const traces = told(ONE, all);
        migrateTraces(traces, OTHER);
        expect(traceFingerprint(traces)).toBe(traceFingerprint(told(OTHER, all)));
        migrateTraces(traces, ONE);
        expect(traceFingerprint(traces)).toBe(traceFingerprint(told(ONE, all)));
      }));
    });

    it("TRC-23: an edge that was missing turns a jump into a step", () => {
      const traces = told(graph("A:s C", ""), [event(0, "a", "A"), event(3, "a", "C")]);
      expect(jumps(traces)).toHaveLength(1);
      migrateTraces(traces, graph("A:s C", "A>C"));
      expect(jumps(traces)).toHaveLength(0);
      expect(edgeFacts(traces, "AC0", 0)!.traversals).toBe(1);
    });

    it("TRC-23: a name bound to a node lights it in what is kept, from then back", () => {
      const traces = told(graph("A:s B", "A>B"), [event(0, "a", "A"), event(3, "a", "", { name: "Lost" }), event(4, "a", "", { name: "Other" })]);
      migrateTraces(traces, graph("A:s B", "A>B"), (mark) => mark.name === "Lost" && mark.nodes.length === 0 ? ["B"] : null);
      expect(timeline(traces, "a")!.steps.map((step) => step.move)).toEqual(["entry", "step", "unmapped"]);
    });

    it("TRC-23: counts of evicted traces stay with their nodes and edges; what is gone from the graph is gone", () => {
      const traces = told(ONE, [event(0, "a", "A"), event(1, "a", "B"), event(2, "a", "D"), event(3, "b", "A"), event(4, "c", "B")], { traces: 1 });
      migrateTraces(traces, graph("B A:s", "A>B"));
      expect(nodeFacts(traces, "A")).toMatchObject({ visits: 2, traces: 2, entries: 2, standing: 1 });
      expect(edgeFacts(traces, "AB0", 0)).toMatchObject({ traversals: 1, traces: 1 });
      expect(jumps(traces)).toEqual([]);
      expect(nodeFacts(traces, "D")).toBeNull();
    });
  });
});
