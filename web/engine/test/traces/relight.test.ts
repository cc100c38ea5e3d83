import fc from "fast-check";
import { expect, it } from "vitest";
import { fingerprint } from "../../src/traces/fingerprint.ts";
import { relight } from "../../src/traces/relight.ts";
import type { TraceEvent } from "../../src/traces/types.ts";
import { event, graph, told } from "./support.ts";

const GRAPH = graph("A:s B C D:e", "A>B B>C C>A C>D");
const words = fc.array(fc.record({ at: fc.nat(20), token: fc.constantFrom("a", "b", ""), before: fc.constantFrom("A", "B", "C", "D", ""), since: fc.constantFrom("A", "B", "C", "D", "") }), { maxLength: 20 });

it("TRC-23: a trace whose event lights other nodes is what it would be had it lit them from the first", () => {
  fc.assert(fc.property(words, (all) => {
    const events = (which: "before" | "since"): TraceEvent[] => all.map((one, n) => event(one.at, one.token, one[which], { id: `e${n}` }));
    const traces = told(GRAPH, events("before"));
    for (const one of events("since")) relight(traces, { id: one.id, name: one.name, nodes: one.nodes, traces: one.tokens });
    expect(fingerprint(traces)).toBe(fingerprint(told(GRAPH, events("since"))));
  }));
});

it("TRC-23: what no trace holds is left as it is", () => {
  const traces = told(GRAPH, [event(1, "a", "A")]);
  const before = fingerprint(traces);
  relight(traces, { id: "unknown", name: "B", nodes: ["B"], traces: [{ kind: "anonymousId", token: "a" }, { kind: "userId", token: "nobody" }] });
  expect(fingerprint(traces)).toBe(before);
});
