import { describe, expect, it } from "vitest";
import { resolve } from "../../src/traces/identity.ts";
import { joins } from "../../src/traces/select/joins.ts";
import { event, graph, told } from "./support.ts";

const GRAPH = graph("A:s B", "A>B");

describe("identity", () => {
  it("TRC-12: an event that carries identifiers of two traces joins them, visibly", () => {
    const traces = told(GRAPH, [event(0, "anonymousId=a", "A"), event(1, "userId=u", "A"), event(2, "userId=u anonymousId=a", "B", { type: "identify", id: "both" })]);
    expect(traces.total).toMatchObject({ traces: 1, joins: 1 });
    expect(joins(traces, 5)).toEqual([{
      id: 1, at: 1_002_000, event: "both", why: "identify", learnt: false, a: { kind: "userId", token: "u" }, b: { kind: "anonymousId", token: "a" }, undone: false,
    }]);
  });

  it("TRC-12: an identifier not seen before is learnt by the trace, and that is visible too", () => {
    const traces = told(GRAPH, [event(0, "a", "A"), event(1, "session=s a", "B")]);
    expect(joins(traces, 5)).toMatchObject([{ learnt: true, why: "event", a: { token: "a" }, b: { token: "s" } }]);
    expect(traces.total.traces).toBe(1);
  });

  it("TRC-12: the identifiers of a trace's first event are no join", () => {
    expect(told(GRAPH, [event(0, "session=s userId=u anonymousId=a", "A")]).total).toMatchObject({ traces: 1, joins: 0 });
  });

  it("TRC-12: two tokens of one kind in an event are a rotated key", () => {
    expect(joins(told(GRAPH, [event(0, "userId=k1.u", "A"), event(1, "userId=k2.u userId=k1.u", "A")]), 5)).toMatchObject([{ why: "rotation" }]);
  });

  it("TRC-18: a trace gathers no more identifiers than the bound, and the event is not lost", () => {
    const traces = told(GRAPH, Array.from({ length: 10 }, (_, n) => event(n, `session=s${n} a`, "A")), { identifiers: 4 });
    expect(traces.tokens.get("a")!.trace.tokens).toHaveLength(4);
    expect(traces.total.refused).toBe(7);
    expect(traces.total).toMatchObject({ traces: 1, placed: 10 });
  });

  it("TRC-18: of an event with very many identifiers the first eight count", () => {
    const traces = told(GRAPH, [event(0, Array.from({ length: 50 }, (_, n) => `t${n}`).join(" "), "A")]);
    expect(traces.tokens.size).toBe(8);
  });

  it("TRC-12: the same token twice is one identifier, none is no trace", () => {
    const traces = told(GRAPH, []);
    expect(resolve(traces, event(0, "a a", "A"))!.trace.tokens).toHaveLength(1);
    expect(resolve(traces, event(0, "", "A"))).toBeNull();
  });
});
