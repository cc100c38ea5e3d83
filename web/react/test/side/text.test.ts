import type { TimelineStep } from "@dagnet-realtime/engine/traces/select/paths";
import { describe, expect, it } from "vitest";
import { GRAPH } from "../../../app/test/support/page.ts";
import { doubtsOf, dwellText, edgeLabel, joinText, kindOf, labelOf, moveText, shareText, waitingText } from "../../src/side/text.ts";

describe("steps", () => {
  const STEP: TimelineStep = {
    id: "m", name: "see_b", type: "track", token: { kind: "anonymousId", token: "t" }, occurredAt: 0, arrivedAt: 40_000, gapMs: 1, lagMs: 40_000, late: false,
    ambiguous: false, move: "step", n: 2, from: "a", node: "b", lit: ["b"], edges: ["e"], inferred: false,
  };

  describe("a step in words", () => {
    it("TRC-25: says what it was, and every doubt", () => {
      expect([kindOf(STEP), doubtsOf(STEP)]).toEqual(["see_b", []]);
      expect(doubtsOf({ ...STEP, move: "jump", inferred: true, late: true, ambiguous: true })).toEqual(["unexpected", "way inferred", "40.0 s late", "order unsure"]);
      expect([kindOf({ ...STEP, move: "unmapped" }), kindOf({ ...STEP, move: "unmapped", type: "identify" })]).toEqual(["unmapped", "says who this is"]);
    });

    it("TRC-25: says how it moved, by its way, and what of that is a guess", () => {
      const say = (change: Partial<TimelineStep>) => moveText({ ...STEP, ...change }, GRAPH);
      expect(say({})).toBe("Landing → Basket.");
      expect(say({ edges: ["e", "e2"], inferred: true })).toContain("Landing → Basket → Basket. The part in between is inferred");
      expect(say({ move: "entry", node: "a" })).toBe("Began at Landing.");
      expect(say({ move: "stay" })).toBe("Stayed at Basket.");
      expect(say({ move: "jump" })).toContain("no edge there");
      expect([say({ move: "unmapped", node: null }), say({ move: "unmapped" })]).toEqual(["Lights no node; the trace stands nowhere yet.", "Lights no node; the trace stood at Basket."]);
      expect(say({ lit: ["a", "b"], late: true, ambiguous: true })).toBe("Landing → Basket. It reached Landing and Basket; the likeliest was taken. It came late, and was put in its place. It shares its millisecond with another event, so their order is a guess.");
    });

    it("PIC-26: what has no label goes by its id, and what is unknown by what was given", () => {
      expect([labelOf(GRAPH, "zz"), labelOf(null, null), labelOf({ ...GRAPH, nodes: GRAPH.nodes.map((node) => ({ ...node, label: "" })) }, "a")]).toEqual(["zz", "nowhere", "a"]);
    });
  });
});

describe("edgelabel", () => {
  it("PIC-26: an edge goes by its two ends, an unknown one by its uuid", () => {
    expect([edgeLabel(GRAPH, "e"), edgeLabel(GRAPH, "zz")]).toEqual(["Landing → Basket", "zz"]);
  });
});

describe("joins", () => {
  it("TRC-12: a join says what joined, or which identifier was learnt, and whether it was undone", () => {
    const b = { kind: "userId", token: "t" };
    const say = (why: "identify" | "alias" | "event" | "rotation", learnt: boolean, undone = false) => joinText({ why, learnt, b, undone });
    expect([say("identify", false), say("alias", true), say("event", false), say("rotation", false)]).toEqual([
      "An identify joined two traces.", "An alias gave the userId.", "An event that carries both joined two traces.", "A change of keys joined two traces.",
    ]);
    expect([say("identify", false, true), say("identify", true, true)]).toEqual(["Undone: two traces again.", "Undone: the userId stays apart."]);
  });
});

describe("waywords", () => {
  describe("what was seen along a way", () => {
    it("TRC-28: is worded as seen, of the traces shown if not all are", () => {
      expect(shareText(18, 22, true, false, "Basket")).toBe("18 of 22 traces that came to Basket went on here (81.8%).");
      expect(shareText(18, 22, true, true, "Basket")).toBe("Of the traces shown, 18 of 22 that came to Basket went on here (81.8%).");
      expect(shareText(18, 22, false, false, "Basket")).toMatch(/^At most 18 of 22/);
      expect(shareText(18, 22, false, true, "Basket")).toContain("at most 18 of 22");
      expect([shareText(0, 0, true, false, "Basket"), shareText(3, 2, true, false, "Basket")]).toEqual(["", "3 of 2 traces that came to Basket went on here."]);
    });

    it("TRC-15: dwell comes with its sample size, and is not invented", () => {
      expect(dwellText({ n: 12, medianMs: 6200, p95Ms: 14_000 })).toBe("median 6.2 s · p95 14.0 s · n 12");
      expect(dwellText({ n: 0, medianMs: null, p95Ms: null })).toBe("not timed yet");
    });

    it("TRC-15: those who wait are said to wait", () => {
      expect(waitingText({ waiting: 2, waitedMs: 5000 }, "Basket")).toBe("2 traces wait at Basket, half of them for 5.0 s or longer.");
      expect(waitingText({ waiting: 1, waitedMs: null }, "Basket")).toBe("1 trace waits at Basket.");
      expect(waitingText({ waiting: 0, waitedMs: null }, "Basket")).toBe("No one waits at Basket.");
    });
  });
});
