import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { traceFingerprint } from "../../src/fingerprint.ts";
import { undoJoin } from "../../src/traces/identity.ts";
import type { TraceEvent } from "../../src/traces/model.ts";
import { follow } from "../../src/traces/retention.ts";
import { nodeFacts } from "../../src/traces/select/facts.ts";
import { joins } from "../../src/traces/select/traceList.ts";
import { load, save, type SavedTraces } from "../../src/traces/snapshot.ts";
import { advance } from "../../src/traces/traces.ts";
import { event, graph, told } from "./support.ts";

describe("save", () => {
  const GRAPH = graph("A:s B C", "A>B B>C");

  describe("saving traces", () => {
    it("ENG-18: keeps the followed and the latest, and says how many it lost", () => {
      const traces = told(GRAPH, Array.from({ length: 9 }, (_, n) => event(n, `t${n}`, "A")));
      follow(traces, "t0");
      const saved = save(traces, 3);
      expect(saved.traces.map((trace) => trace.tokens[0]![0])).toEqual(["t7", "t8", "t0"]);
      expect(saved.total.forgotten).toBe(6);
      expect(saved.cells[0]).toEqual([0, 9, 9, 0, [], [], 0]);
    });

    it("ENG-18: is plain JSON", () => {
      const saved = save(told(GRAPH, [event(0, "a", "A"), event(1, "a u", "C")]), 10);
      expect(JSON.parse(JSON.stringify(saved))).toEqual(saved);
    });
  });
});

describe("load", () => {
  const GRAPH = graph("A:s x:- B C", "A>x x>B B>C B>A");
  const words = fc.array(fc.record({ at: fc.nat(30), tokens: fc.constantFrom("a", "b", "c", "a u", "u b"), node: fc.constantFrom("A", "B", "C", "") }), { maxLength: 30 });
  const events = words.map((all) => all.map(({ at, tokens, node }, n): TraceEvent => event(at, tokens, node, { id: `e${n}` })));
  const again = (saved: SavedTraces) => load(GRAPH, JSON.parse(JSON.stringify(saved)) as SavedTraces)!;

  describe("loading traces", () => {
    it("ENG-18: gives back what was saved, and goes on as if nothing had happened", () => {
      fc.assert(fc.property(events, events, (before, after) => {
        const traces = told(GRAPH, before);
        const loaded = again(save(traces, 100));
        expect(traceFingerprint(loaded)).toBe(traceFingerprint(traces));
        for (const one of after) {
          const next = { ...one, id: `${one.id}+` };
          expect(advance(loaded, next)).toEqual(advance(traces, next));
        }
        expect(traceFingerprint(loaded)).toBe(traceFingerprint(traces));
      }));
    });

    it("ENG-18: counts hold for traces that were not saved, and for steps that were let go of", () => {
      const traces = told(GRAPH, Array.from({ length: 60 }, (_, n) => event(n, `t${n % 5}`, n % 2 === 0 ? "A" : "B")), { steps: 8 });
      const loaded = again(save(traces, 2));
      for (const node of ["A", "B", "C"]) expect(nodeFacts(loaded, node)).toMatchObject({ ...nodeFacts(traces, node), exact: false });
      advance(loaded, event(70, "t4", "A"));
      expect(nodeFacts(loaded, "A")!.traces).toBe(nodeFacts(traces, "A")!.traces);
    });

    it("ENG-18: followed traces, joins and what was set apart are taken up again", () => {
      const traces = told(GRAPH, [event(0, "a", "A"), event(1, "b", "A"), event(2, "a b", "B"), event(2, "b", "", { near: [{ node: "C", reason: "case" }] })]);
      follow(traces, "b");
      undoJoin(traces, 1);
      const loaded = again(save(traces, 100));
      expect(joins(loaded, 5)).toEqual(joins(traces, 5));
      advance(loaded, event(3, "a b", "C"));
      expect(loaded.tokens.get("a")!.trace).not.toBe(loaded.tokens.get("b")!.trace);
      expect(loaded.followedTraces.has(loaded.tokens.get("b")!.trace)).toBe(true);
      expect(loaded.near.get("C")!.count).toBe(1);
    });

    it("ENG-18: another version of the graph cannot take them up", () => {
      expect(load(graph("A", "", "2"), save(told(GRAPH, []), 1))).toBeNull();
    });
  });
});
