import { describe, expect, it } from "vitest";
import { createJumps } from "../../src/traces/jumpTable.ts";
import { countVisit, createCounts, createTrace, endedAt, exact, jumpKey, moveStanding, nameOf, NOWHERE, tokenOf, uuidOf } from "../../src/traces/model.ts";
import { follow } from "../../src/traces/retention.ts";
import { createTraces } from "../../src/traces/traces.ts";
import { event, graph, graphOf, told } from "./support.ts";

describe("trace", () => {
  describe("a trace as it begins", () => {
    it("TRC-1: stands nowhere, and has a number of its own", () => {
      const traces = createTraces(graph("A", ""));
      const [one, other] = [createTrace(traces, 5), createTrace(traces, 6)];
      expect(one).toMatchObject({ cursor: NOWHERE, firstAt: 5, visits: [] });
      expect(one.seq).toBeLessThan(other.seq);
      expect(one.visits).not.toBe(other.visits);
    });
  });
});

describe("counts", () => {
  const GRAPH = graph("A:s x:- B C", "A>x x>B");

  describe("counts", () => {
    it("TRC-14: what a mark counted for can be taken back without rest", () => {
      const traces = told(GRAPH, [event(0, "a", "A"), event(4, "a", "B"), event(5, "a", "C")]);
      const trace = traces.tokens.get("a")!.trace;
      const { counts, jumps } = traces;
      expect(counts.cells.get(counts.nodes)).toMatchObject({ count: 1, traces: 1, inferred: 1 });
      for (const mark of [...trace.visits].reverse()) countVisit(counts, jumps, trace, mark, -1);
      expect([...counts.cells.values()].map((cell) => [cell.count, cell.traces, cell.inferred, cell.gaps?.count ?? 0, cell.bridged?.count ?? 0]))
        .toEqual(Array.from({ length: 5 }, () => [0, 0, 0, 0, 0]));
      expect(jumps.byId.size).toBe(0);
      expect(trace.tally!.size).toBe(0);
    });

    it("TRC-18: a trace that goes along an edge twice is one distinct trace", () => {
      const traces = told(graph("A:s B", "A>B B>A"), [0, 1, 2, 3].map((n) => event(n, "a", n % 2 === 0 ? "A" : "B")));
      expect(traces.counts.cells.get(2)).toMatchObject({ count: 2, traces: 1 });
    });

    it("TRC-15: standing moves with the trace", () => {
      const counts = createCounts(2, 0);
      moveStanding(counts, -1, 0);
      moveStanding(counts, 0, 1);
      moveStanding(counts, 1, 1);
      expect([...counts.standing]).toEqual([0, 1]);
      expect(jumpKey(counts, 3)).toBe(5);
      expect(createJumps(1).next).toBe(0);
    });
  });
});

describe("rows", () => {
  describe("rows about a trace", () => {
    it("TRC-25: a trace goes by the token it is followed by, else the first seen", () => {
      const traces = told(graph("A", ""), [event(0, "session=s userId=u", "A")]);
      const trace = traces.tokens.get("s")!.trace;
      expect(tokenOf(nameOf(traces, trace)!)).toEqual({ kind: "session", token: "s" });
      follow(traces, "u");
      expect(nameOf(traces, trace)!.token).toBe("u");
    });

    it("TRC-15: a trace has ended if its node takes no more, by the node's outcome", () => {
      const traces = told(graphOf([{ uuid: "A" }, { uuid: "B", absorbing: true }, { uuid: "C", absorbing: true, outcome: "failure" }], []), []);
      expect([-1, 0, 1, 2].map((node) => endedAt(traces, node))).toEqual([null, null, "other", "failure"]);
      expect([uuidOf(traces, -1), uuidOf(traces, 2)]).toEqual([null, "C"]);
      expect(exact(traces)).toBe(true);
    });
  });
});
