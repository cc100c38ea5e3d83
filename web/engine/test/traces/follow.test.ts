import { describe, expect, it } from "vitest";
import { follow, unfollow } from "../../src/traces/follow.ts";
import { advance } from "../../src/traces/traces.ts";
import { event, graph, told } from "./support.ts";

const GRAPH = graph("A:s B", "A>B");

describe("following", () => {
  it("TRC-19: a followed trace is never evicted, an unfollowed one can be", () => {
    const traces = told(GRAPH, [event(0, "a", "A")], { traces: 3, stubs: 2 });
    follow(traces, "a");
    for (let n = 0; n < 20; n += 1) advance(traces, event(n, `b${n}`, "A"));
    expect(traces.tokens.get("a")!.trace.marks).toHaveLength(1);
    unfollow(traces, "a");
    for (let n = 0; n < 20; n += 1) advance(traces, event(n, `c${n}`, "A"));
    expect(traces.tokens.has("a")).toBe(false);
  });

  it("TRC-19: a token can be followed before it is seen, and its steps say so", () => {
    const traces = told(GRAPH, []);
    expect(follow(traces, "a")).toBe(0);
    advance(traces, event(0, "z a", "A"));
    expect(advance(traces, event(1, "z", "B"))).toMatchObject([{ token: "a", followed: true }]);
  });

  it("TRC-19: hues are given evenly, and are kept", () => {
    const traces = told(GRAPH, []);
    expect(["a", "b", "c", "d", "e", "f", "g"].map((token) => follow(traces, token))).toEqual([0, 1, 2, 3, 4, 5, 0]);
    unfollow(traces, "c");
    expect(follow(traces, "h")).toBe(2);
    expect(follow(traces, "b")).toBe(1);
  });

  it("TRC-18: no more than the bound are followed", () => {
    const traces = told(GRAPH, [], { followed: 1 });
    follow(traces, "a");
    expect(follow(traces, "b")).toBeNull();
    unfollow(traces, "b");
  });

  it("TRC-19: a trace that was evicted and is followed is kept from then on", () => {
    const traces = told(GRAPH, [event(0, "a", "A"), event(1, "b", "A")], { traces: 1 });
    follow(traces, "a");
    expect(advance(traces, event(2, "a", "B"))).toMatchObject([{ from: "A", to: "B", followed: true }]);
    expect(traces.stubs.size).toBe(1);
  });
});
