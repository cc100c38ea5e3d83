import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fingerprint } from "../../src/traces/fingerprint.ts";
import { redoJoin, undoJoin } from "../../src/traces/join.ts";
import { follow } from "../../src/traces/follow.ts";
import { joins } from "../../src/traces/select/joins.ts";
import { recent, traceTotals } from "../../src/traces/select/recent.ts";
import { timeline } from "../../src/traces/select/timeline.ts";
import { advance } from "../../src/traces/traces.ts";
import type { TraceEvent } from "../../src/traces/types.ts";
import { event, graph, told } from "./support.ts";

const GRAPH = graph("A:s x:- B C D:e", "A>x x>B B>C C>D C>A");
const one = fc.record({ at: fc.nat(30), token: fc.constantFrom("a", "b"), node: fc.constantFrom("A", "B", "C", "D", "", "A C") });
const two = fc.array(one, { maxLength: 25 }).map((all) => all.map(({ at, token, node }, n): TraceEvent => event(at, token, node, { id: `e${n}` })));

it("TRC-13, TRC-21: what an undone join leaves without an event is no trace until it has one", () => {
  const traces = told(graph("A B", "A>B"), [event(0, "userId=u", "A"), event(1, "userId=u anonymousId=n", "B")]);
  const seen = () => [traceTotals(traces).seen, traceTotals(traces).kept, recent(traces, 9).length];
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
  it("TRC-13: joined traces count as one trace would that had both identifiers from the first", () => {
    fc.assert(fc.property(two, (all) => {
      const both = event(99, "a b", "", { id: "both" });
      const late = told(GRAPH, [...all, both]);
      const early = told(GRAPH, [both, ...all]);
      expect(fingerprint(late)).toBe(fingerprint(early));
      expect(late.total.traces).toBe(1);
    }));
  });

  it("TRC-13: a join undone leaves what was before it, and done again what it made", () => {
    fc.assert(fc.property(two, (all) => {
      const seeds = [event(0, "a", "", { id: "s1" }), event(0, "b", "", { id: "s2" })];
      const joined = told(GRAPH, [...seeds, ...all, event(99, "a b", "", { id: "both" })]);
      const whole = fingerprint(joined);
      expect(undoJoin(joined, 1)).toBe(true);
      expect(fingerprint(joined)).toBe(fingerprint(told(GRAPH, [...seeds, ...all, event(99, "a", "", { id: "both" })])));
      expect(redoJoin(joined, 1)).toBe(true);
      expect(fingerprint(joined)).toBe(whole);
    }));
  });

  it("TRC-13: identifiers set apart stay apart, whatever comes after", () => {
    const traces = told(GRAPH, [event(0, "a", "A"), event(1, "b", "A"), event(2, "a b", "B")]);
    undoJoin(traces, 1);
    advance(traces, event(3, "a b", "C"));
    expect(traces.total).toMatchObject({ traces: 2, refused: 1 });
    expect(timeline(traces, "b")!.steps).toHaveLength(1);
    expect(joins(traces, 5)).toMatchObject([{ undone: true }]);
  });

  it("TRC-13: what cannot be undone says so", () => {
    const traces = told(GRAPH, [event(0, "a", "A"), event(1, "b", "A"), event(2, "a b", "B")]);
    expect(undoJoin(traces, 7)).toBe(false);
    expect(redoJoin(traces, 1)).toBe(false);
    undoJoin(traces, 1);
    expect(undoJoin(traces, 1)).toBe(false);
  });

  it("TRC-13: a learnt identifier can be set apart too, with its own events", () => {
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

  it("TRC-19: what is followed stays followed through a join and its undoing", () => {
    const traces = told(GRAPH, [event(0, "a", "A"), event(1, "b", "A"), event(2, "b", "B")]);
    follow(traces, "a");
    advance(traces, event(3, "b a", ""));
    expect(traces.tokens.get("b")!.trace.held).toBe(1);
    undoJoin(traces, 1);
    expect([traces.tokens.get("a")!.trace.held, traces.tokens.get("b")!.trace.held]).toEqual([1, 0]);
    expect(traces.live.has(traces.tokens.get("b")!.trace)).toBe(true);
  });

  it("TRC-13: evicted traces join where they stand", () => {
    const traces = told(GRAPH, [event(0, "a", "A"), event(1, "b", "A"), event(2, "b", "B"), event(3, "c", "A"), event(4, "a b", "C")], { traces: 1 });
    expect(traces.total).toMatchObject({ traces: 2, joins: 1 });
    expect(timeline(traces, "a")!.steps).toMatchObject([{ move: "step", from: "B", node: "C", n: 4 }]);
    expect(traces.counts.cells.get(0)).toMatchObject({ count: 3, traces: 2 });
  });
});
