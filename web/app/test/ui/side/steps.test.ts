import type { TimelineStep } from "@dagnet-realtime/engine/traces/select/paths";
import { describe, expect, it } from "vitest";
import { doubtsOf, kindOf, labelOf, moveWords } from "../../../src/ui/side/steps.ts";
import { GRAPH } from "../../support/page.ts";

const STEP: TimelineStep = {
  id: "m", name: "see_b", type: "track", token: { kind: "anonymousId", token: "t" }, occurredAt: 0, arrivedAt: 40_000, gapMs: 1, lagMs: 40_000, late: false,
  ambiguous: false, move: "step", n: 2, from: "a", node: "b", lit: ["b"], edges: ["e"], inferred: false,
};

describe("a step in words", () => {
  it("TRC-25: says what it was, and every doubt", () => {
    expect([kindOf(STEP), doubtsOf(STEP)]).toEqual(["see_b", []]);
    expect(doubtsOf({ ...STEP, move: "jump", inferred: true, late: true, ambiguous: true })).toEqual(["jump", "way inferred", "40.0 s late", "order unsure"]);
    expect([kindOf({ ...STEP, move: "unmapped" }), kindOf({ ...STEP, move: "unmapped", type: "identify" })]).toEqual(["unmapped", "says who this is"]);
  });

  it("TRC-25: says how it moved, by its way, and what of that is a guess", () => {
    const say = (change: Partial<TimelineStep>) => moveWords({ ...STEP, ...change }, GRAPH);
    expect(say({})).toBe("Landing → Basket.");
    expect(say({ edges: ["e", "e2"], inferred: true })).toContain("Landing → Basket → Basket. The part in between is inferred");
    expect(say({ move: "entry", node: "a" })).toBe("Began at Landing.");
    expect(say({ move: "stay" })).toBe("Stayed at Basket.");
    expect(say({ move: "jump" })).toContain("no way there");
    expect([say({ move: "unmapped", node: null }), say({ move: "unmapped" })]).toEqual(["Lights no node; the trace stands nowhere yet.", "Lights no node; the trace stood at Basket."]);
    expect(say({ lit: ["a", "b"], late: true, ambiguous: true })).toBe("Landing → Basket. It lit Landing and Basket; the likeliest was taken. It came late, and was put in its place. It shares its millisecond with another event, so their order is a guess.");
  });

  it("PIC-52: what has no label goes by its id, and what is unknown by what was given", () => {
    expect([labelOf(GRAPH, "zz"), labelOf(null, null), labelOf({ ...GRAPH, nodes: GRAPH.nodes.map((node) => ({ ...node, label: "" })) }, "a")]).toEqual(["zz", "nowhere", "a"]);
  });
});
