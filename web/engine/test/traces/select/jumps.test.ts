import { describe, expect, it } from "vitest";
import { jumps } from "../../../src/traces/select/jumps.ts";
import { event, graph, told } from "../support.ts";

const GRAPH = graph("A:s B C", "");

describe("ghost edges", () => {
  it("TRC-17: gather count, distinct traces and the median gap, those of most traces first", () => {
    const traces = told(GRAPH, [
      event(0, "a", "A"), event(2, "a", "C"), event(3, "a", "A"), event(9, "a", "C"), event(0, "b", "A"), event(2, "b", "C"), event(0, "c", "B"), event(60, "c", "A"),
    ]);
    const rows = jumps(traces);
    expect(rows.map(({ from, to, count, traces: distinct }) => [from, to, count, distinct])).toEqual([["A", "C", 3, 2], ["B", "A", 1, 1], ["C", "A", 1, 1]]);
    expect(rows[0]!.medianGapMs).toBeGreaterThan(1960);
    expect(rows[0]!.medianGapMs).toBeLessThan(2040);
    expect(rows[0]).toMatchObject({ exact: true, atLeast: false, lastAt: 1_009_000 });
    expect(jumps(traces, 1)).toHaveLength(1);
  });

  it("TRC-18: say when others were let go of", () => {
    const traces = told(graph("A B C D", ""), [event(0, "a", "A"), event(1, "a", "B"), event(2, "a", "C"), event(3, "a", "D")], { jumps: 2 });
    expect(jumps(traces).map((jump) => [jump.from, jump.atLeast])).toEqual([["B", true], ["C", true]]);
  });
});
