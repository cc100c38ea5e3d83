import { describe, expect, it } from "vitest";
import { joins } from "../../../src/traces/select/joins.ts";
import { event, graph, told } from "../support.ts";

describe("the list of joins", () => {
  it("TRC-12: shows the latest first, of one trace where asked", () => {
    const traces = told(graph("A", ""), [event(0, "a", "A"), event(1, "a u", "A"), event(2, "b", "A"), event(3, "b v", "A", { type: "alias" })]);
    expect(joins(traces, 9).map((join) => [join.b.token, join.why])).toEqual([["v", "alias"], ["u", "rotation"]]);
    expect(joins(traces, 9, "a").map((join) => join.b.token)).toEqual(["u"]);
    expect(joins(traces, 1)).toHaveLength(1);
    expect(joins(traces, 9, "unknown")).toEqual([]);
  });
});
