import { describe, expect, it } from "vitest";
import { follow } from "../../src/traces/follow.ts";
import { save } from "../../src/traces/save.ts";
import { event, graph, told } from "./support.ts";

const GRAPH = graph("A:s B C", "A>B B>C");

describe("saving traces", () => {
  it("TRC-24: keeps the followed and the latest, and says how many it lost", () => {
    const traces = told(GRAPH, Array.from({ length: 9 }, (_, n) => event(n, `t${n}`, "A")));
    follow(traces, "t0");
    const saved = save(traces, 3);
    expect(saved.traces.map((trace) => trace.tokens[0]![0])).toEqual(["t7", "t8", "t0"]);
    expect(saved.total.forgotten).toBe(6);
    expect(saved.cells[0]).toEqual([0, 9, 9, 0, [], [], 0]);
  });

  it("TRC-24: is plain JSON", () => {
    const saved = save(told(GRAPH, [event(0, "a", "A"), event(1, "a u", "C")]), 10);
    expect(JSON.parse(JSON.stringify(saved))).toEqual(saved);
  });
});
