import { describe, expect, it } from "vitest";
import { timeline } from "../../src/traces/select/timeline.ts";
import { derive, place, retract } from "../../src/traces/path.ts";
import { event, graph, told } from "./support.ts";

const GRAPH = graph("A:s B C", "A>B B>C");

describe("the path of a trace", () => {
  it("TRC-15: dwell is from where the trace came to stand, not from its last event there", () => {
    const traces = told(GRAPH, [event(0, "a", "A"), event(5, "a", "A"), event(9, "a", "B")]);
    expect(traces.tokens.get("a")!.trace.marks[2]!.gap).toBe(9000);
  });

  it("TRC-9: an unmapped event in between changes nothing of the path", () => {
    const traces = told(GRAPH, [event(0, "a", "A"), event(9, "a", "B"), event(5, "a", "")]);
    expect(timeline(traces, "a")!.steps.map((step) => [step.move, step.node])).toEqual([["entry", "A"], ["unmapped", "A"], ["step", "B"]]);
  });

  it("TRC-11: an event that only unmapped ones follow still goes forward", () => {
    const traces = told(GRAPH, [event(0, "a", "A"), event(9, "a", "")]);
    const trace = traces.tokens.get("a")!.trace;
    const like = trace.marks[0]!;
    expect(place(traces, trace, { ...like, id: "b", at: like.at + 5000, lit: [1] })).toBe("forward");
    expect(place(traces, trace, { ...like, id: "c", at: like.at + 4000, lit: [0] })).toBe("slotted");
    expect(place(traces, trace, { ...like, id: "c", at: like.at + 4000, lit: [0] })).toBe("duplicate");
  });

  it("TRC-14: taken back and derived again, a path is what it was", () => {
    const traces = told(GRAPH, [event(0, "a", "A"), event(1, "a", "B"), event(2, "a", "C")]);
    const trace = traces.tokens.get("a")!.trace;
    const before = JSON.stringify(timeline(traces, "a"));
    retract(traces, trace, 1);
    expect(trace.stand.head).toBe(0);
    for (const mark of trace.marks.splice(1)) derive(traces, trace, mark);
    expect(JSON.stringify(timeline(traces, "a"))).toBe(before);
  });
});
