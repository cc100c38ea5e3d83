import { describe, expect, it } from "vitest";
import { count, createCounts, jumpKey, stands } from "../../src/traces/counts.ts";
import { createJumps } from "../../src/traces/jumps.ts";
import { event, graph, told } from "./support.ts";

const GRAPH = graph("A:s x:- B C", "A>x x>B");

describe("counts", () => {
  it("TRC-14: what a mark counted for can be taken back without rest", () => {
    const traces = told(GRAPH, [event(0, "a", "A"), event(4, "a", "B"), event(5, "a", "C")]);
    const trace = traces.tokens.get("a")!.trace;
    const { counts, jumps } = traces;
    expect(counts.cells.get(counts.nodes)).toMatchObject({ count: 1, traces: 1, inferred: 1 });
    for (const mark of [...trace.marks].reverse()) count(counts, jumps, trace, mark, -1);
    expect([...counts.cells.values()].map((cell) => [cell.count, cell.traces, cell.inferred, cell.gaps?.count ?? 0, cell.bridged?.count ?? 0]))
      .toEqual(Array.from({ length: 5 }, () => [0, 0, 0, 0, 0]));
    expect(jumps.byId.size).toBe(0);
    expect(trace.tally!.size).toBe(0);
  });

  it("TRC-21: a trace that goes along an edge twice is one distinct trace", () => {
    const traces = told(graph("A:s B", "A>B B>A"), [0, 1, 2, 3].map((n) => event(n, "a", n % 2 === 0 ? "A" : "B")));
    expect(traces.counts.cells.get(2)).toMatchObject({ count: 2, traces: 1 });
  });

  it("TRC-16: standing moves with the trace", () => {
    const counts = createCounts(2, 0);
    stands(counts, -1, 0);
    stands(counts, 0, 1);
    stands(counts, 1, 1);
    expect([...counts.standing]).toEqual([0, 1]);
    expect(jumpKey(counts, 3)).toBe(5);
    expect(createJumps(1).next).toBe(0);
  });
});
