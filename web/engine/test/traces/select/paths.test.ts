import { describe, expect, it } from "vitest";
import { follow } from "../../../src/traces/retention.ts";
import { exampleTraces, followedPath, followedPaths, groupedByNode, timeline } from "../../../src/traces/select/paths.ts";
import { event, graph, told } from "../support.ts";

describe("timeline", () => {
  const GRAPH = graph("A:s x:- B C", "A>x x>B B>A");

  describe("the timeline", () => {
    it("TRC-25: tells both times, the gap, the lag, lateness and doubt of every event", () => {
      const traces = told(GRAPH, [event(0, "a", "A"), event(4, "a", "B"), event(4, "a", "C"), event(2, "userId=u a", "", { arrivedAt: 1_009_000, id: "late", name: "Other" })]);
      const { steps, tokens } = timeline(traces, "u")!;
      expect(tokens).toEqual([{ kind: "anonymousId", token: "a" }, { kind: "userId", token: "u" }]);
      expect(steps.map((step) => [step.move, step.n, step.from, step.node, step.gapMs, step.late, step.ambiguous])).toEqual([
        ["entry", 1, null, "A", null, false, false], ["unmapped", null, "A", "A", 2000, true, false],
        ["step", 2, "A", "B", 2000, false, true], ["jump", 3, "B", "C", 0, false, true],
      ]);
      expect(steps[1]).toMatchObject({ id: "late", occurredAt: 1_002_000, arrivedAt: 1_009_000, lagMs: 7000, token: { kind: "userId", token: "u" } });
      expect(steps[2]).toMatchObject({ edges: ["Ax0", "xB1"], inferred: true, lit: ["B"] });
    });

    it("TRC-25: groups by node, with visits and the unmapped events there", () => {
      const traces = told(GRAPH, [event(0, "a", ""), event(1, "a", "A"), event(2, "a", "B"), event(3, "a", ""), event(4, "a", "A"), event(5, "a", "A")]);
      expect(groupedByNode(timeline(traces, "a")!.steps).map((group) => [group.node, group.visits, group.unmapped, group.steps.length])).toEqual([
        [null, 0, 1, 1], ["A", 2, 0, 3], ["B", 1, 1, 2],
      ]);
    });

    it("TRC-25: an unknown token has none", () => {
      expect(timeline(told(GRAPH, []), "a")).toBeNull();
    });
  });
});

describe("followed", () => {
  const GRAPH = graph("A:s x:- B C", "A>x x>B");

  describe("followed paths", () => {
    it("TRC-25: number the moves, with their edges, and end at the head", () => {
      const traces = told(GRAPH, [event(0, "a", "A"), event(1, "a", "A"), event(2, "a", "B"), event(3, "a", "C"), event(4, "a", "")]);
      follow(traces, "z");
      follow(traces, "a");
      expect(followedPath(traces, "a")).toEqual({
        token: "a", hue: 1, head: "C", steps: [
          { node: "A", n: 1, edges: [], jump: false, inferred: false }, { node: "B", n: 2, edges: ["Ax0", "xB1"], jump: false, inferred: true },
          { node: "C", n: 3, edges: [], jump: true, inferred: false },
        ],
      });
      expect(followedPath(traces, "z")).toBeNull();
    });

    it("TRC-18: a trace that is followed by two of its tokens is drawn once", () => {
      const traces = told(GRAPH, [event(0, "a u", "A"), event(0, "b", "A")]);
      for (const token of ["a", "u", "b", "unseen"]) follow(traces, token);
      expect(followedPaths(traces).map((path) => [path.token, path.hue])).toEqual([["a", 0], ["b", 2]]);
    });
  });
});

describe("goers", () => {
  it("TRC-25: names the latest traces that went along an edge, bridged ones too, or made a jump", () => {
    const traces = told(graph("A:s x:- B C", "A>x x>B"), [event(0, "a", "A"), event(1, "a", "B"), event(2, "b", "A"), event(3, "b", "B"), event(4, "b", "C"), event(5, "c", "A")]);
    expect(exampleTraces(traces, { edge: "Ax0" }, 5)).toEqual(["b", "a"]);
    expect(exampleTraces(traces, { edge: "Ax0" }, 1)).toEqual(["b"]);
    expect(exampleTraces(traces, { from: "B", to: "C" }, 5)).toEqual(["b"]);
    expect([exampleTraces(traces, { from: "A", to: "C" }, 5), exampleTraces(traces, { edge: "no" }, 5), exampleTraces(traces, { from: "?", to: "?" }, 5)]).toEqual([[], [], []]);
  });
});
