import { describe, expect, it } from "vitest";
import { follow, forgetTraces, unfollow } from "../../src/traces/retention.ts";
import { joins } from "../../src/traces/select/traceList.ts";
import { advance } from "../../src/traces/traces.ts";
import { event, graph, told } from "./support.ts";

describe("evict", () => {
  const GRAPH = graph("A:s B C", "A>B B>C");

  describe("eviction", () => {
    it("TRC-18: the quietest trace goes first, and goes on where it stood when it comes back", () => {
      const traces = told(GRAPH, [event(0, "a", "A"), event(1, "b", "A"), event(2, "a", ""), event(3, "c", "A")], { traces: 2 });
      expect(traces.tokens.get("b")!.trace.tally).toBeNull();
      expect(advance(traces, event(4, "b", "B"))).toMatchObject([{ from: "A", to: "B", jump: false }]);
      expect(traces.counts.cells.get(0)).toMatchObject({ count: 3, traces: 3 });
    });

    it("TRC-18: a trace that comes back after its eviction is not counted twice", () => {
      const traces = told(graph("A:s B", "A>B B>A"), [event(0, "a", "A"), event(1, "a", "B"), event(2, "b", "A"), event(3, "a", "A"), event(4, "a", "B")], { traces: 1 });
      expect(traces.counts.cells.get(2)).toMatchObject({ count: 2, traces: 1 });
      expect(traces.total).toMatchObject({ traces: 2, evicted: 2, forgotten: 0 });
    });

    it("TRC-18: a trace's unmapped events go before its path does", () => {
      const traces = told(GRAPH, [event(0, "a", "A"), event(1, "a", "B"), ...Array.from({ length: 30 }, (_, n) => event(2 + n, "a", ""))], { steps: 12 });
      const trace = traces.tokens.get("a")!.trace;
      expect(trace.visits.length).toBeLessThanOrEqual(12);
      expect(trace.visits.filter((mark) => mark.lit.length > 0)).toHaveLength(2);
      expect(trace.dropped + trace.visits.length).toBe(32);
    });

    it("TRC-18: of a long path the oldest part goes, and the numbers of its steps go on", () => {
      const traces = told(graph("A:s B", "A>B B>A"), Array.from({ length: 50 }, (_, n) => event(n, "a", n % 2 === 0 ? "A" : "B")), { steps: 10 });
      const trace = traces.tokens.get("a")!.trace;
      expect(trace.cursor.moves).toBe(50);
      expect(traces.counts.cells.get(2)).toMatchObject({ count: 25, traces: 1 });
    });

    it("ENG-17: people who are forgotten leave their counts and nothing else", () => {
      const traces = told(GRAPH, [event(0, "a", "A"), event(1, "u a", "B"), event(2, "b", "A")]);
      follow(traces, "a");
      forgetTraces(traces, ["a", "unknown"]);
      expect([...traces.tokens.keys()]).toEqual(["b"]);
      expect(joins(traces, 10)).toEqual([]);
      expect(traces.followed.size).toBe(0);
      expect(traces.visitCount).toBe(1);
      expect(traces.counts.cells.get(0)).toMatchObject({ count: 2, traces: 2 });
      expect(traces.counts.standing[1]).toBe(0);
    });
  });
});

describe("follow", () => {
  const GRAPH = graph("A:s B", "A>B");

  describe("following", () => {
    it("TRC-18: a followed trace is never evicted, an unfollowed one can be", () => {
      const traces = told(GRAPH, [event(0, "a", "A")], { traces: 3, stubs: 2 });
      follow(traces, "a");
      for (let n = 0; n < 20; n += 1) advance(traces, event(n, `b${n}`, "A"));
      expect(traces.tokens.get("a")!.trace.visits).toHaveLength(1);
      unfollow(traces, "a");
      for (let n = 0; n < 20; n += 1) advance(traces, event(n, `c${n}`, "A"));
      expect(traces.tokens.has("a")).toBe(false);
    });

    it("TRC-18: a token can be followed before it is seen, and its steps say so", () => {
      const traces = told(GRAPH, []);
      expect(follow(traces, "a")).toBe(0);
      advance(traces, event(0, "z a", "A"));
      expect(advance(traces, event(1, "z", "B"))).toMatchObject([{ token: "a", followed: true }]);
    });

    it("TRC-18: hues are given evenly, and are kept", () => {
      const traces = told(GRAPH, []);
      expect(["a", "b", "c", "d", "e", "f", "g"].map((token) => follow(traces, token))).toEqual([0, 1, 2, 3, 4, 5, 0]);
      unfollow(traces, "c");
      expect(follow(traces, "h")).toBe(2);
      expect(follow(traces, "b")).toBe(1);
    });

    it("TRC-18: no more than the bound are followed", () => {
      const traces = told(GRAPH, [], { followed: 1 });
      follow(traces, "a");
      expect(follow(traces, "b")).toBeNull();
      unfollow(traces, "b");
    });

    it("TRC-18: a trace that was evicted and is followed is kept from then on", () => {
      const traces = told(GRAPH, [event(0, "a", "A"), event(1, "b", "A")], { traces: 1 });
      follow(traces, "a");
      expect(advance(traces, event(2, "a", "B"))).toMatchObject([{ from: "A", to: "B", followed: true }]);
      expect(traces.stubs.size).toBe(1);
    });
  });
});
