import { describe, expect, it } from "vitest";
import { fingerprint } from "../../src/traces/fingerprint.ts";
import { event, graph, told } from "./support.ts";

const GRAPH = graph("A:s B C", "A>B B>C");
const EVENTS = [event(0, "a", "A"), event(1, "a", "C"), event(2, "a u", "B"), event(3, "b", "C")];

describe("the fingerprint", () => {
  it("TRC-20: does not depend on the order in which jumps were met or traces joined", () => {
    const prints = [EVENTS, [...EVENTS].reverse(), [EVENTS[2]!, EVENTS[0]!, EVENTS[3]!, EVENTS[1]!]].map((all) => fingerprint(told(GRAPH, all)));
    expect(new Set(prints).size).toBe(1);
  });

  it("TRC-20: tells apart what differs in a path, a time, a count or an identifier", () => {
    const others = [
      EVENTS.slice(1), [...EVENTS, event(4, "b", "")], EVENTS.map((one, n) => n === 1 ? { ...one, nodes: ["B"] } : one),
      EVENTS.map((one, n) => n === 1 ? { ...one, occurredAt: one.occurredAt + 100 } : one), EVENTS.map((one, n) => n === 3 ? { ...one, tokens: [{ kind: "x", token: "a" }] } : one),
    ];
    expect(new Set([EVENTS, ...others].map((all) => fingerprint(told(GRAPH, all)))).size).toBe(6);
  });
});
