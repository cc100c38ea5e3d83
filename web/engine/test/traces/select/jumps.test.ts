import { describe, expect, it } from "vitest";
import { jumps } from "../../../src/traces/select/jumps.ts";
import { event, graph, told } from "../support.ts";

describe("advice", () => {
  const GRAPH = graph("A:s B C D", "A>B B>C");
  const goes = (token: string, second: number, path: string) => Array.from(path).map((node, n) => event(second + n, token, node));

  describe("advice on jumps", () => {
    it("TRC-17: names the node that most traces have in between, with the evidence", () => {
      const all = Array.from({ length: 50 }, (_, n) => goes(`t${n}`, n, n < 3 ? "AC" : "ABC")).flat();
      const [jump] = jumps(told(GRAPH, all));
      expect(jump).toMatchObject({ from: "A", to: "C", count: 3, traces: 3, evidence: { why: "missing", between: "B", by: 47, of: 50 } });
      expect(jump!.advice).toBe("Of 50 traces from A to C, 47 went by B, 3 by no other step, and the graph has no other way: B’s event is probably missing here.");
    });

    it("TRC-17: weighs the ways that the graph offers against one another, and calls none of them missing", () => {
      const other = graph("A:s B C E", "A>B B>C A>E E>C");
      const all = Array.from({ length: 76 }, (_, n) => goes(`t${n}`, n, n < 46 ? "ABC" : n < 73 ? "AEC" : "AC")).flat();
      const [jump] = jumps(told(other, all));
      expect(jump!.advice).toBe("Of 76 traces from A to C, 46 went by B, 27 by E, 3 by neither: an event may be lost at times, or an edge from A to C be missing.");
      expect(jump!.evidence).toMatchObject({ why: "skipped", alternatives: [{ node: "B", by: 46 }, { node: "E", by: 27 }], neither: 3 });
    });

    it("TRC-17: says “probably missing” only from 20 traces, from 90 % of them, and if the graph has no other way", () => {
      const why = (shape: ReturnType<typeof graph>, of: number, straight: number): string =>
        jumps(told(shape, Array.from({ length: of }, (_, n) => goes(`t${n}`, n, n < straight ? "AC" : "ABC")).flat()))[0]!.evidence.why;
      expect([why(GRAPH, 20, 2), why(GRAPH, 19, 1), why(GRAPH, 20, 3)]).toEqual(["missing", "skipped", "skipped"]);
      expect(why(graph("A:s B C E", "A>B B>C A>E E>C"), 50, 3)).toBe("skipped");
    });

    it("TRC-17: a node that never lit is suspected only if every way leads by it", () => {
      const other = graph("A:s B C E", "A>B B>C A>E E>C");
      expect(jumps(told(other, goes("a", 0, "AC")))[0]!.advice).toBe("The graph goes from A to C by B or E, and no trace was seen there in between: an event is lost, or an edge from A to C is missing.");
    });

    it("TRC-17: says when the node between has never lit", () => {
      expect(jumps(told(GRAPH, goes("a", 0, "AC")))[0]!.advice).toBe("B lies between and has not been seen yet: its event probably does not arrive.");
    });

    it("TRC-17: says what nearly lit the node between", () => {
      const near = event(0, "a", "", { near: [{ node: "B", reason: "the name differs in case" }] });
      expect(jumps(told(GRAPH, [...goes("a", 0, "AC"), near]))[0]!.evidence).toMatchObject({ why: "near", text: "B lies between and has not been seen yet, but nearly was once: the name differs in case." });
    });

    it("TRC-17: says when few go by the node between", () => {
      const all = Array.from({ length: 10 }, (_, n) => goes(`t${n}`, n, n < 8 ? "AC" : "ABC")).flat();
      expect(jumps(told(GRAPH, all))[0]!.evidence).toMatchObject({ why: "skipped", between: "B", by: 2, of: 10 });
    });

    it("TRC-17: tells a way back and no way at all apart", () => {
      expect(jumps(told(GRAPH, goes("a", 0, "ABA")))[0]!.evidence.why).toBe("back");
      expect(jumps(told(GRAPH, goes("a", 0, "AD")))[0]!.evidence.why).toBe("no_way");
    });

    it("TRC-17: what was between counts from the last A before a C", () => {
      const all = Array.from({ length: 6 }, (_, n) => goes(`t${n}`, n * 9, "ABAC")).flat();
      expect(jumps(told(GRAPH, all)).find((jump) => jump.from === "A")!.evidence).toMatchObject({ by: 0, of: 6, why: "skipped" });
    });
  });
});

describe("jumps", () => {
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
});
