import fc from "fast-check";
import { describe, expect, it } from "vitest";
import vectors from "../../../../conformance/steps.json";
import type { Visit } from "../../src/traces/model.ts";
import { ambiguous, compareVisits, derive, insertionIndex, insertVisit, lateness, mergeVisits, retract } from "../../src/traces/path.ts";
import { timeline } from "../../src/traces/select/paths.ts";
import { event, graph, graphOf, type SmallEdge, type SmallNode, told } from "./support.ts";

describe("order", () => {
  function mark(at: number, arrived: number, id: string, late = false, order = Infinity, heard = 0): Visit {
    const traces = told(graph("A", ""), [event(0, "a", "A")]);
    return { ...traces.live.values().next().value!.visits[0]!, at, arrived, id, late, order, arrival: heard };
  }

  const marks = fc.uniqueArray(fc.record({ at: fc.nat(5), arrived: fc.nat(5), order: fc.constantFrom(1, 2, 3, Infinity), heard: fc.nat(3), id: fc.stringMatching(/^[a-f]{1,2}$/) }), { selector: (one) => one.id, maxLength: 12 })
    .map((all) => all.map((one) => mark(one.at, one.arrived, one.id, false, one.order, one.heard)));

  describe("the order of marks", () => {
    it("TRC-9: of one moment it is the log's, with any arrivals and ids; what no log has placed comes last, as it arrived", () => {
      const all = [mark(1, 1, "a", false, Infinity, 8), mark(1, 1, "b", false, Infinity, 7), mark(1, 9, "z", false, 1), mark(1, 2, "y", false, 2), mark(0, 9, "x", false, 3)];
      expect([...all].sort(compareVisits).map((one) => one.id)).toEqual(["x", "z", "y", "b", "a"]);
      const sum = (a: Visit, b: Visit, c: Visit) => [compareVisits(a, b) <= 0, compareVisits(b, c) <= 0, compareVisits(a, c) <= 0];
      fc.assert(fc.property(marks, (some) => {
        for (const a of some) for (const b of some) for (const c of some) expect(sum(a, b, c)).not.toEqual([true, true, false]);
      }));
    });

    it("TRC-9: without a log it is by occurrence, then arrival, then message id", () => {
      const all = [mark(2, 0, "a"), mark(1, 2, "a"), mark(1, 1, "b"), mark(1, 1, "a")].sort(compareVisits);
      expect(all.map((one) => [one.at, one.arrived, one.id])).toEqual([[1, 1, "a"], [1, 1, "b"], [1, 2, "a"], [2, 0, "a"]]);
    });

    it("TRC-9: finds each mark its place, and knows a message again", () => {
      fc.assert(fc.property(marks, (all) => {
        const list: Visit[] = [];
        for (const one of all) list.splice(insertionIndex(list, one)!, 0, one);
        expect(list).toEqual([...all].sort(compareVisits));
        for (const one of all) expect(insertionIndex(list, { ...one, arrived: one.arrived + 1 })).toBeNull();
      }));
    });

    it("TRC-12: merges two lists as if they had been one, each message once", () => {
      fc.assert(fc.property(marks, fc.array(fc.boolean()), (all, sides) => {
        const left = all.filter((_, n) => sides[n] !== false).sort(compareVisits);
        const right = all.filter((_, n) => sides[n] !== true).sort(compareVisits);
        expect(mergeVisits(left, right)).toEqual([...all].sort(compareVisits));
      }));
    });

    it("TRC-9: late is what arrived after a later one, or says so", () => {
      expect(lateness([mark(1, 5, "a", false, 1), mark(1, 3, "b", false, 2)]), "nothing occurred later").toEqual([false, false]);
      expect(lateness([mark(1, 5, "a"), mark(2, 3, "b"), mark(3, 4, "c"), mark(4, 4, "d", true)])).toEqual([true, false, false, true]);
    });

    it("TRC-9: neighbours of the same millisecond are in doubt", () => {
      const all = [mark(1, 1, "a"), mark(2, 1, "b"), mark(2, 2, "c")];
      expect(all.map((_, n) => ambiguous(all, n))).toEqual([false, true, true]);
    });
  });
});

describe("step", () => {
  const graphs: Readonly<Record<string, { nodes: SmallNode[]; edges: SmallEdge[] }>> = vectors.graphs;

  describe("TRC-1 TRC-2 TRC-3 TRC-4 TRC-5 TRC-6 TRC-7 TRC-2: the way a trace goes, from the vectors", () => {
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
});

describe("path", () => {
  const GRAPH = graph("A:s B C", "A>B B>C");

  describe("the path of a trace", () => {
    it("TRC-15: dwell is from where the trace came to stand, not from its last event there", () => {
      const traces = told(GRAPH, [event(0, "a", "A"), event(5, "a", "A"), event(9, "a", "B")]);
      expect(traces.tokens.get("a")!.trace.visits[2]!.gap).toBe(9000);
    });

    it("TRC-9: an unmapped event in between changes nothing of the path", () => {
      const traces = told(GRAPH, [event(0, "a", "A"), event(9, "a", "B"), event(5, "a", "")]);
      expect(timeline(traces, "a")!.steps.map((step) => [step.move, step.node])).toEqual([["entry", "A"], ["unmapped", "A"], ["step", "B"]]);
    });

    it("PIC-15: an event that only unmapped ones follow still goes forward", () => {
      const traces = told(GRAPH, [event(0, "a", "A"), event(9, "a", "")]);
      const trace = traces.tokens.get("a")!.trace;
      const like = trace.visits[0]!;
      expect(insertVisit(traces, trace, { ...like, id: "b", at: like.at + 5000, lit: [1] })).toBe("forward");
      expect(insertVisit(traces, trace, { ...like, id: "c", at: like.at + 4000, lit: [0] })).toBe("slotted");
      expect(insertVisit(traces, trace, { ...like, id: "c", at: like.at + 4000, lit: [0] })).toBe("duplicate");
    });

    it("TRC-14: taken back and derived again, a path is what it was", () => {
      const traces = told(GRAPH, [event(0, "a", "A"), event(1, "a", "B"), event(2, "a", "C")]);
      const trace = traces.tokens.get("a")!.trace;
      const before = JSON.stringify(timeline(traces, "a"));
      retract(traces, trace, 1);
      expect(trace.cursor.head).toBe(0);
      for (const mark of trace.visits.splice(1)) derive(traces, trace, mark);
      expect(JSON.stringify(timeline(traces, "a"))).toBe(before);
    });
  });
});
