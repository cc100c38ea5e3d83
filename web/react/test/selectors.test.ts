import { LOCAL, REMOTE } from "@dagnet-realtime/engine/dedupe";
import { describe, expect, it } from "vitest";
import { lag, lagOfLast, rowMarks, rawOf, rowsOfNode, sourcesHeard, unsent, valuesOf, waiting } from "../src/selectors.ts";
import { batch, GRAPH, hello, scene } from "../../app/test/support/page.ts";

function heard() {
  const { engine } = scene();
  engine.dispatch({ kind: "on", session: "s1", position: "e:0", graph: GRAPH, lane: "remote" });
  engine.dispatch({ kind: "frame", frame: hello });
  engine.dispatch({ kind: "frame", frame: batch(0) });
  engine.dispatch({ kind: "frame", frame: batch(1, "u", [], "scroll") });
  return engine.state;
}

describe("what the screen reads", () => {
  it("a row knows what it lit, whose it is and how late it was", () => {
    const [row] = rowsOfNode(heard(), "a", 5);
    expect(row && rowMarks(row, GRAPH.nodes, ["t"])).toEqual({ followed: true, unmapped: false, late: false, labels: "Landing", token: "t" });
    expect(row && lag(row)).toBe(40);
    expect(row && rawOf(row)).toMatchObject({ name: "see_a", occurred_at: "2026-01-02T03:04:05.000Z", segment_received_at: null, properties: { device: "mobile" } });
  });

  it("what lights nothing is unmapped, unless it is an identity message", () => {
    const [row] = rowsOfNode(heard(), "a", 1);
    if (!row) throw new Error("no row");
    expect(rowMarks({ ...row, nodes: [] }, [], [])).toMatchObject({ unmapped: true, labels: "Unmapped" });
    expect(rowMarks({ ...row, nodes: [], type: "identify" }, [], [])).toMatchObject({ unmapped: false, labels: "—" });
    expect(rowMarks({ ...row, nodes: ["a", "b"] }, GRAPH.nodes, []).labels).toBe("Landing +1");
    expect(lag({ ...row, occurredAt: NaN })).toBeNull();
  });

  it("sums up the last rows", () => {
    const state = heard();
    expect([lagOfLast(state), sourcesHeard(state), waiting(state)]).toEqual([40, ["web"], 0]);
    expect(lagOfLast(scene().engine.state)).toBeNull();
    expect(valuesOf(rowsOfNode(state, "a", 9))).toEqual([{ property: "device", values: [{ value: "mobile", count: 1 }], distinct: 1 }]);
  });
});

it("TAP-13: a row says in a word that its event has not left the page", () => {
  const { engine } = scene();
  engine.dispatch({ kind: "on", session: "s1", position: "", graph: GRAPH, lane: "local" });
  engine.dispatch({ kind: "tap", message: { messageId: "m", type: "track", name: "see_a", names: ["see_a"], occurredAt: 1, stage: "called", traces: [], properties: {} } });
  const [row] = rowsOfNode(engine.state, "a", 1);
  if (!row) throw new Error("no row");
  const said = (way: typeof row.way, lanes = LOCAL): string => unsent({ ...row, lanes, way });
  expect([said({ called: 1 }), said({ called: 1, enriched: 2 }), said({ called: 1, failed: 2, delivered: 3 }), said(null)]).toEqual(["", "", "", ""]);
  expect([said({ called: 1, dropped: 2 }), said({ called: 1, failed: 2 }), said({ called: 1, reason: "the SDK has not loaded" })]).toEqual(["dropped", "failed", "not sent"]);
  expect(said({ called: 1, failed: 2 }, LOCAL | REMOTE)).toBe("");
});
