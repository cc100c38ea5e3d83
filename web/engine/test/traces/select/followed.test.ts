import { describe, expect, it } from "vitest";
import { follow } from "../../../src/traces/follow.ts";
import { followedPath, followedPaths } from "../../../src/traces/select/followed.ts";
import { event, graph, told } from "../support.ts";

const GRAPH = graph("A:s x:- B C", "A>x x>B");

describe("followed paths", () => {
  it("TRC-25: number the moves, with their edges, and end at the head", () => {
    const traces = told(GRAPH, [event(0, "a", "A"), event(1, "a", "A"), event(2, "a", "B"), event(3, "a", "C"), event(4, "a", "")]);
    follow(traces, "z");
    follow(traces, "a");
    expect(followedPath(traces, "a")).toEqual({
      token: "a", hue: 1, head: "C", steps: [
        { node: "A", n: 1, edges: [], jump: false, inferred: false }, { node: "B", n: 2, edges: ["Ax0", "xB1"], jump: false, inferred: true },
        { node: "C", n: 3, edges: [], jump: true, inferred: false },
      ],
    });
    expect(followedPath(traces, "z")).toBeNull();
  });

  it("TRC-19: a trace that is followed by two of its tokens is drawn once", () => {
    const traces = told(GRAPH, [event(0, "a u", "A"), event(0, "b", "A")]);
    for (const token of ["a", "u", "b", "unseen"]) follow(traces, token);
    expect(followedPaths(traces).map((path) => [path.token, path.hue])).toEqual([["a", 0], ["b", 2]]);
  });
});
