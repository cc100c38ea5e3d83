import { describe, expect, it } from "vitest";
import { follow } from "../../../src/traces/retention.ts";
import { joins, recent, traceRow, traceTotals } from "../../../src/traces/select/traceList.ts";
import { event, graph, told } from "../support.ts";

describe("recent", () => {
  const GRAPH = graph("A:s B:e", "A>B");

  describe("the list of traces", () => {
    it("TRC-25: shows the latest first, the followed before them, and how each stands", () => {
      const traces = told(GRAPH, [event(0, "a", "A"), event(1, "b", "A"), event(2, "b", "B"), event(3, "session=s c", "", { flags: ["partial"] })]);
      follow(traces, "a");
      const rows = recent(traces, 10);
      expect(rows.map((row) => row.token)).toEqual(["a", "s", "b"]);
      expect(rows[2]).toMatchObject({ kind: "anonymousId", events: 2, dots: ["node", "node"], lastName: "B", lastAt: 1_002_000, at: "B", label: "B", ended: "success", hue: null });
      expect(rows[1]).toMatchObject({ kind: "session", at: null, ended: null, partial: true, dots: ["unmapped"], tokens: [{ kind: "session", token: "s" }, { kind: "anonymousId", token: "c" }] });
      expect(rows[0]).toMatchObject({ hue: 0, retained: true });
      expect(recent(traces, 1)).toHaveLength(1);
    });

    it("TRC-9: marks late events in the dots, of which there are at most twelve", () => {
      const traces = told(GRAPH, [...Array.from({ length: 14 }, (_, n) => event(n, "a", "A")), event(13.5, "a", "", { arrivedAt: 1_020_000 }), event(15, "a", "")]);
      expect(recent(traces, 1)[0]!.dots).toEqual([...Array.from({ length: 10 }, () => "node"), "late", "unmapped"]);
    });

    it("TRC-25: is searched by identifier, kind, last event, place and end", () => {
      const traces = told(GRAPH, [event(0, "userId=k1.abcd", "A"), event(1, "k1.efgh", "B"), event(2, "k1.ijkl", "", { name: "Video Watched" })]);
      const found = (search: string) => recent(traces, 10, search).map((row) => row.token);
      expect([found("ABC"), found("userid"), found("success b"), found("video"), found("nothing")]).toEqual([["k1.abcd"], ["k1.abcd"], ["k1.efgh"], ["k1.ijkl"], []]);
    });

    it("TRC-25: is searched by the words on its rows, and narrowed to a kind", () => {
      const plain = graph("A:s B C:e D:e", "A>B B>C B>D");
      const wide = { ...plain, nodes: plain.nodes.map((node) => (node.uuid === "D" ? { ...node, outcome: "failure" as const } : node)) };
      const traces = told(wide, [
        event(0, "won", "A"), event(1, "won", "B"), event(2, "won", "C"), event(3, "lost", "A"), event(4, "lost", "B"), event(5, "lost", "D"),
        event(6, "odd", "A"), event(7, "odd", "", { name: "What" }), event(8, "leap", "A"), event(9, "leap", "C"),
      ]);
      const found = (search: string, only?: Parameters<typeof recent>[4]) => recent(traces, 10, search, undefined, only).map((row) => row.token);
      expect([found("converted"), found("lost d"), found("ended"), found("unmapped"), found("unexpected")]).toEqual([["leap", "won"], ["lost"], ["lost"], ["odd"], ["leap"]]);
      expect([found("", "converted"), found("", "lost"), found("", "unmapped"), found("", "unexpected"), found("won", "lost"), found("", "all").length]).toEqual([["leap", "won"], ["lost"], ["odd"], ["leap"], [], 4]);
    });

    it("TRC-18: an evicted trace is found by its whole token, without steps", () => {
      const traces = told(GRAPH, [event(0, "a1", "A"), event(1, "b1", "A")], { traces: 1 });
      expect(recent(traces, 10, "a1")).toMatchObject([{ token: "a1", retained: false, events: 1, dots: [], at: "A" }]);
      expect(recent(traces, 10).map((row) => row.token)).toEqual(["b1"]);
      expect(traceRow(traces, "zz")).toBeNull();
      expect(traceRow(traces, "b1")!.retained).toBe(true);
      expect(traceTotals(traces)).toEqual({ seen: 2, retained: 1, exact: true, joins: 0, refused: 0 });
    });
  });
});

describe("joins", () => {
  describe("the list of joins", () => {
    it("TRC-12: shows the latest first, of one trace if asked", () => {
      const traces = told(graph("A", ""), [event(0, "a", "A"), event(1, "a u", "A"), event(2, "b", "A"), event(3, "b v", "A", { type: "alias" })]);
      expect(joins(traces, 9).map((join) => [join.b.token, join.why])).toEqual([["v", "alias"], ["u", "rotation"]]);
      expect(joins(traces, 9, "a").map((join) => join.b.token)).toEqual(["u"]);
      expect(joins(traces, 1)).toHaveLength(1);
      expect(joins(traces, 9, "unknown")).toEqual([]);
    });
  });
});
