import { describe, expect, it } from "vitest";
import { edgeCount, edgeFacts, endings, nodeFacts, spread } from "../../../src/traces/select/facts.ts";
import { event, graph, graphOf, told } from "../support.ts";

const GRAPH = graph("A:s x:- B C:e", "A>B@0.4 B>x x>C");

describe("facts of edges and nodes", () => {
  it("TRC-15: an edge tells traversals, distinct traces, and how long they took, beside the graph's own probability", () => {
    const traces = told(GRAPH, [event(0, "a", "A"), event(1, "a", "B"), event(0, "b", "A"), event(9, "b", "B")]);
    expect(edgeFacts(traces, "AB0", 0)).toMatchObject({ traversals: 2, inferred: 0, traces: 2, exact: true, p: 0.4, dwell: { n: 2 }, bridged: { n: 0, medianMs: null } });
    expect(edgeFacts(traces, "AB0", 0)!.dwell.p95Ms).toBeCloseTo(9000, -3);
    expect(edgeCount(traces, "AB0")).toBe(2);
  });

  it("TRC-15: an edge that was bridged tells the time of the whole bridged way, and that it is inferred", () => {
    const traces = told(GRAPH, [event(0, "a", "B"), event(4, "a", "C")]);
    expect(edgeFacts(traces, "xC2", 0)).toMatchObject({ traversals: 1, inferred: 1, dwell: { n: 0 }, bridged: { n: 1 } });
  });

  it("TRC-15: those that stand at an edge's source are waiting, and how long so far", () => {
    const traces = told(GRAPH, [event(0, "a", "A"), event(6, "b", "A"), event(8, "c", "A"), event(9, "c", "B")]);
    expect(edgeFacts(traces, "AB0", 1_010_000)).toMatchObject({ waiting: 2, waitedMs: 10_000 });
  });

  it("TRC-15: those that have ended wait for nothing", () => {
    const of = graphOf([{ uuid: "A", start: true }, { uuid: "B", absorbing: true, outcome: "failure" }], [{ from: "A", to: "B" }, { uuid: "on", from: "B", to: "A" }]);
    const traces = told(of, [event(0, "a", "A"), event(1, "a", "B"), event(2, "b", "B")]);
    expect(edgeFacts(traces, "on", 1_005_000)!.waiting).toBe(0);
    expect(nodeFacts(traces, "B")).toEqual({ visits: 2, traces: 2, exact: true, entries: 1, standing: 2, ended: "failure" });
    expect([...endings(traces)]).toEqual([["failure", 2]]);
  });

  it("TRC-18: distinct traces are at most so many once a trace has been forgotten", () => {
    const traces = told(GRAPH, [event(0, "a", "A"), event(1, "b", "A"), event(2, "c", "A")], { traces: 1, stubs: 1 });
    expect(nodeFacts(traces, "A")).toMatchObject({ traces: 3, exact: false });
  });

  it("TRC-15: what the graph does not have has no facts", () => {
    const traces = told(GRAPH, []);
    expect([edgeFacts(traces, "no", 0), nodeFacts(traces, "no"), edgeCount(traces, "no")]).toEqual([null, null, 0]);
    expect(edgeFacts(traces, "AB0", 0)).toMatchObject({ traversals: 0, waiting: 0, waitedMs: null });
    expect(spread(null)).toEqual({ n: 0, medianMs: null, p95Ms: null });
  });
});
