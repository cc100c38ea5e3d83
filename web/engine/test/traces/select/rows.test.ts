import { describe, expect, it } from "vitest";
import { follow } from "../../../src/traces/follow.ts";
import { endedAt, exact, nameOf, tokenOf, uuidOf } from "../../../src/traces/select/rows.ts";
import { event, graph, graphOf, told } from "../support.ts";

describe("rows about a trace", () => {
  it("TRC-25: a trace goes by the token it is followed by, else the first seen", () => {
    const traces = told(graph("A", ""), [event(0, "session=s userId=u", "A")]);
    const trace = traces.tokens.get("s")!.trace;
    expect(tokenOf(nameOf(traces, trace)!)).toEqual({ kind: "session", token: "s" });
    follow(traces, "u");
    expect(nameOf(traces, trace)!.token).toBe("u");
  });

  it("TRC-16: a trace has ended where its node takes no more, by the node's outcome", () => {
    const traces = told(graphOf([{ uuid: "A" }, { uuid: "B", absorbing: true }, { uuid: "C", absorbing: true, outcome: "failure" }], []), []);
    expect([-1, 0, 1, 2].map((node) => endedAt(traces, node))).toEqual([null, null, "other", "failure"]);
    expect([uuidOf(traces, -1), uuidOf(traces, 2)]).toEqual([null, "C"]);
    expect(exact(traces)).toBe(true);
  });
});
