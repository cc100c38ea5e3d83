import { describe, expect, it } from "vitest";
import { fingerprint, traceFingerprint } from "../src/fingerprint.ts";
import { reduce } from "../src/reduce.ts";
import { after, batch, event, frame, on, T0 } from "./support.ts";
import { graph, told, event as traceEvent } from "./traces/support.ts";

describe("fingerprint", () => {
  it("ENG-1: a fingerprint sees counts, rows, traces, commands and time, and nothing of caches", () => {
    const inputs = [on(), frame(1, batch(0, [event("a", { id: "f1" })]))], state = after(inputs), before = fingerprint(state);
    expect(before).toMatch(/^[0-9a-f]{16}$/);
    expect(fingerprint(reduce(after(inputs), { kind: "tick", at: T0 + 5 }))).toBe(before);
    for (const input of [frame(2, batch(1, [event("a")])), { kind: "pause", at: T0 }, { kind: "clear", at: T0 }, { kind: "filter", at: T0, text: "type:page" }, { kind: "follow", at: T0, token: "t1" }, { kind: "bind", at: T0, name: "n", node: "a" }] as const)
      expect(fingerprint(reduce(after(inputs), input))).not.toBe(before);
  });
});

describe("fingerprint", () => {
  const GRAPH = graph("A:s B C", "A>B B>C");
  const EVENTS = [traceEvent(0, "a", "A"), traceEvent(1, "a", "C"), traceEvent(2, "a u", "B"), traceEvent(3, "b", "C")];

  describe("the fingerprint", () => {
    it("TRC-20: does not depend on the order in which jumps were met or traces joined", () => {
      const prints = [EVENTS, [...EVENTS].reverse(), [EVENTS[2]!, EVENTS[0]!, EVENTS[3]!, EVENTS[1]!]].map((all) => traceFingerprint(told(GRAPH, all)));
      expect(new Set(prints).size).toBe(1);
    });

    it("TRC-20: tells apart what differs in a path, a time, a count or an identifier", () => {
      const others = [
        EVENTS.slice(1), [...EVENTS, traceEvent(4, "b", "")], EVENTS.map((one, n) => n === 1 ? { ...one, nodes: ["B"] } : one),
        EVENTS.map((one, n) => n === 1 ? { ...one, occurredAt: one.occurredAt + 100 } : one), EVENTS.map((one, n) => n === 3 ? { ...one, tokens: [{ kind: "x", token: "a" }] } : one),
      ];
      expect(new Set([EVENTS, ...others].map((all) => traceFingerprint(told(GRAPH, all)))).size).toBe(6);
    });
  });
});
