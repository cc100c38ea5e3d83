import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { traceFingerprint } from "../../src/fingerprint.ts";
import { findTrace, redoJoin, undoJoin } from "../../src/traces/identity.ts";
import type { TraceEvent } from "../../src/traces/model.ts";
import { follow } from "../../src/traces/retention.ts";
import { timeline } from "../../src/traces/select/paths.ts";
import { joins, recent, traceTotals } from "../../src/traces/select/traceList.ts";
import { advance } from "../../src/traces/traces.ts";
import { event, graph, told } from "./support.ts";

describe("join", () => {
  const GRAPH = graph("A:s x:- B C D:e", "A>x x>B B>C C>D C>A");
  const one = fc.record({ at: fc.nat(30), token: fc.constantFrom("a", "b"), node: fc.constantFrom("A", "B", "C", "D", "", "A C") });
  const two = fc.array(one, { maxLength: 25 }).map((all) => all.map(({ at, token, node }, n): TraceEvent => event(at, token, node, { id: `e${n}` })));

  it("TRC-12, TRC-18: what an undone join leaves without an event is no trace until it has one", () => {
    const traces = told(graph("A B", "A>B"), [event(0, "userId=u", "A"), event(1, "userId=u anonymousId=n", "B")]);
    const seen = () => [traceTotals(traces).seen, traceTotals(traces).retained, recent(traces, 9).length];
    expect(seen()).toEqual([1, 1, 1]);
    undoJoin(traces, 1);
    expect(seen()).toEqual([1, 1, 1]);
    redoJoin(traces, 1);
    expect(seen()).toEqual([1, 1, 1]);
    undoJoin(traces, 1);
    advance(traces, event(2, "anonymousId=n", "A"));
    expect(seen()).toEqual([2, 2, 2]);
    redoJoin(traces, 1);
    expect(seen()).toEqual([1, 1, 1]);
  });

  describe("joins", () => {
    it("TRC-12: joined traces count as one trace would that had both identifiers from the first", () => {
      fc.assert(fc.property(two, (all) => {
        const both = event(99, "a b", "", { id: "both" });
        const late = told(GRAPH, [...all, both]);
        const early = told(GRAPH, [both, ...all]);
        expect(traceFingerprint(late)).toBe(traceFingerprint(early));
        expect(late.total.traces).toBe(1);
      }));
    });

    it("TRC-12: a join undone leaves what was before it, and done again what it made", () => {
      fc.assert(fc.property(two, (all) => {
        const seeds = [event(0, "a", "", { id: "s1" }), event(0, "b", "", { id: "s2" })];
        const joined = told(GRAPH, [...seeds, ...all, event(99, "a b", "", { id: "both" })]);
        const whole = traceFingerprint(joined);
        expect(undoJoin(joined, 1)).toBe(true);
        expect(traceFingerprint(joined)).toBe(traceFingerprint(told(GRAPH, [...seeds, ...all, event(99, "a", "", { id: "both" })])));
        expect(redoJoin(joined, 1)).toBe(true);
        expect(traceFingerprint(joined)).toBe(whole);
      }));
    });

    it("TRC-12: identifiers set apart stay apart, after any later event", () => {
      const traces = told(GRAPH, [event(0, "a", "A"), event(1, "b", "A"), event(2, "a b", "B")]);
      undoJoin(traces, 1);
      advance(traces, event(3, "a b", "C"));
      expect(traces.total).toMatchObject({ traces: 2, refused: 1 });
      expect(timeline(traces, "b")!.steps).toHaveLength(1);
      expect(joins(traces, 5)).toMatchObject([{ undone: true }]);
    });

    it("TRC-12: what cannot be undone says so", () => {
      const traces = told(GRAPH, [event(0, "a", "A"), event(1, "b", "A"), event(2, "a b", "B")]);
      expect(undoJoin(traces, 7)).toBe(false);
      expect(redoJoin(traces, 1)).toBe(false);
      undoJoin(traces, 1);
      expect(undoJoin(traces, 1)).toBe(false);
    });

    it("TRC-12: a learnt identifier can be set apart too, with its own events", () => {
      const traces = told(GRAPH, [event(0, "a", "A"), event(1, "s a", "B"), event(2, "a", "C")]);
      expect(undoJoin(traces, 1)).toBe(true);
      expect(timeline(traces, "s")!.steps.map((step) => step.name)).toEqual(["B"]);
      expect(timeline(traces, "a")!.steps.map((step) => step.move)).toEqual(["entry", "jump"]);
    });

    it("TRC-18: the oldest joins can no longer be undone, the counts stay", () => {
      const traces = told(GRAPH, Array.from({ length: 10 }, (_, n) => [event(n, `a${n}`, "A"), event(n, `b${n}`, "A"), event(n, `a${n} b${n}`, "")]).flat(), { joins: 3 });
      expect(traces.joins.size).toBe(3);
      expect(undoJoin(traces, 1)).toBe(false);
      expect(traces.total).toMatchObject({ joins: 10, traces: 10 });
    });

    it("TRC-18: what is followed stays followed through a join and its undoing", () => {
      const traces = told(GRAPH, [event(0, "a", "A"), event(1, "b", "A"), event(2, "b", "B")]);
      follow(traces, "a");
      advance(traces, event(3, "b a", ""));
      expect(traces.tokens.get("b")!.trace.followedCount).toBe(1);
      undoJoin(traces, 1);
      expect([traces.tokens.get("a")!.trace.followedCount, traces.tokens.get("b")!.trace.followedCount]).toEqual([1, 0]);
      expect(traces.live.has(traces.tokens.get("b")!.trace)).toBe(true);
    });

    it("TRC-12: evicted traces join where they stand", () => {
      const traces = told(GRAPH, [event(0, "a", "A"), event(1, "b", "A"), event(2, "b", "B"), event(3, "c", "A"), event(4, "a b", "C")], { traces: 1 });
      expect(traces.total).toMatchObject({ traces: 2, joins: 1 });
      expect(timeline(traces, "a")!.steps).toMatchObject([{ move: "step", from: "B", node: "C", n: 4 }]);
      expect(traces.counts.cells.get(0)).toMatchObject({ count: 3, traces: 2 });
    });
  });
});

describe("identity", () => {
  const GRAPH = graph("A:s B", "A>B");

  describe("identity", () => {
    it("TRC-12: an event that carries identifiers of two traces joins them, visibly", () => {
      const traces = told(GRAPH, [event(0, "anonymousId=a", "A"), event(1, "userId=u", "A"), event(2, "userId=u anonymousId=a", "B", { type: "identify", id: "both" })]);
      expect(traces.total).toMatchObject({ traces: 1, joins: 1 });
      expect(joins(traces, 5)).toEqual([{
        id: 1, at: 1_002_000, event: "both", why: "identify", learnt: false, a: { kind: "userId", token: "u" }, b: { kind: "anonymousId", token: "a" }, undone: false,
      }]);
    });

    it("TRC-12: an identifier not seen before is learnt by the trace, and that is visible too", () => {
      const traces = told(GRAPH, [event(0, "a", "A"), event(1, "session=s a", "B")]);
      expect(joins(traces, 5)).toMatchObject([{ learnt: true, why: "event", a: { token: "a" }, b: { token: "s" } }]);
      expect(traces.total.traces).toBe(1);
    });

    it("TRC-12: the identifiers of a trace's first event are no join", () => {
      expect(told(GRAPH, [event(0, "session=s userId=u anonymousId=a", "A")]).total).toMatchObject({ traces: 1, joins: 0 });
    });

    it("TRC-12: two tokens of one kind in an event are a rotated key", () => {
      expect(joins(told(GRAPH, [event(0, "userId=k1.u", "A"), event(1, "userId=k2.u userId=k1.u", "A")]), 5)).toMatchObject([{ why: "rotation" }]);
    });

    it("TRC-18: a trace gathers no more identifiers than the bound, and the event is not lost", () => {
      const traces = told(GRAPH, Array.from({ length: 10 }, (_, n) => event(n, `session=s${n} a`, "A")), { identifiers: 4 });
      expect(traces.tokens.get("a")!.trace.tokens).toHaveLength(4);
      expect(traces.total.refused).toBe(7);
      expect(traces.total).toMatchObject({ traces: 1, placed: 10 });
    });

    it("TRC-18: of an event with very many identifiers the first eight count", () => {
      const traces = told(GRAPH, [event(0, Array.from({ length: 50 }, (_, n) => `t${n}`).join(" "), "A")]);
      expect(traces.tokens.size).toBe(8);
    });

    it("TRC-12: the same token twice is one identifier, none is no trace", () => {
      const traces = told(GRAPH, []);
      expect(findTrace(traces, event(0, "a a", "A"))!.trace.tokens).toHaveLength(1);
      expect(findTrace(traces, event(0, "", "A"))).toBeNull();
    });
  });
});
