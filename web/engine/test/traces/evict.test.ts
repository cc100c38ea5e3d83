import { describe, expect, it } from "vitest";
import { forget } from "../../src/traces/evict.ts";
import { follow } from "../../src/traces/follow.ts";
import { joins } from "../../src/traces/select/joins.ts";
import { advance } from "../../src/traces/traces.ts";
import { event, graph, told } from "./support.ts";

const GRAPH = graph("A:s B C", "A>B B>C");

describe("eviction", () => {
  it("TRC-18: the quietest trace goes first, and goes on where it stood when it comes back", () => {
    const traces = told(GRAPH, [event(0, "a", "A"), event(1, "b", "A"), event(2, "a", ""), event(3, "c", "A")], { traces: 2 });
    expect(traces.tokens.get("b")!.trace.tally).toBeNull();
    expect(advance(traces, event(4, "b", "B"))).toMatchObject([{ from: "A", to: "B", jump: false }]);
    expect(traces.counts.cells.get(0)).toMatchObject({ count: 3, traces: 3 });
  });

  it("TRC-21: a trace that comes back after its eviction is not counted twice", () => {
    const traces = told(graph("A:s B", "A>B B>A"), [event(0, "a", "A"), event(1, "a", "B"), event(2, "b", "A"), event(3, "a", "A"), event(4, "a", "B")], { traces: 1 });
    expect(traces.counts.cells.get(2)).toMatchObject({ count: 2, traces: 1 });
    expect(traces.total).toMatchObject({ traces: 2, evicted: 2, forgotten: 0 });
  });

  it("TRC-18: a trace's unmapped events go before its path does", () => {
    const traces = told(GRAPH, [event(0, "a", "A"), event(1, "a", "B"), ...Array.from({ length: 30 }, (_, n) => event(2 + n, "a", ""))], { steps: 12 });
    const trace = traces.tokens.get("a")!.trace;
    expect(trace.marks.length).toBeLessThanOrEqual(12);
    expect(trace.marks.filter((mark) => mark.lit.length > 0)).toHaveLength(2);
    expect(trace.dropped + trace.marks.length).toBe(32);
  });

  it("TRC-18: of a long path the oldest part goes, and the numbers of its steps go on", () => {
    const traces = told(graph("A:s B", "A>B B>A"), Array.from({ length: 50 }, (_, n) => event(n, "a", n % 2 === 0 ? "A" : "B")), { steps: 10 });
    const trace = traces.tokens.get("a")!.trace;
    expect(trace.stand.moves).toBe(50);
    expect(traces.counts.cells.get(2)).toMatchObject({ count: 25, traces: 1 });
  });

  it("TRC-22: people who are forgotten leave their counts and nothing else", () => {
    const traces = told(GRAPH, [event(0, "a", "A"), event(1, "u a", "B"), event(2, "b", "A")]);
    follow(traces, "a");
    forget(traces, ["a", "unknown"]);
    expect([...traces.tokens.keys()]).toEqual(["b"]);
    expect(joins(traces, 10)).toEqual([]);
    expect(traces.held.size).toBe(0);
    expect(traces.marks).toBe(1);
    expect(traces.counts.cells.get(0)).toMatchObject({ count: 2, traces: 2 });
    expect(traces.counts.standing[1]).toBe(0);
  });
});
