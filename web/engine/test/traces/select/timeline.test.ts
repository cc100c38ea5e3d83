import { describe, expect, it } from "vitest";
import { groupedByNode, timeline } from "../../../src/traces/select/timeline.ts";
import { event, graph, told } from "../support.ts";

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
