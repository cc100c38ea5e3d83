import { describe, expect, it } from "vitest";
import { createTrace, NOWHERE } from "../../src/traces/trace.ts";
import { createTraces } from "../../src/traces/traces.ts";
import { graph } from "./support.ts";

describe("a trace as it begins", () => {
  it("TRC-1: stands nowhere, and has a number of its own", () => {
    const traces = createTraces(graph("A", ""));
    const [one, other] = [createTrace(traces, 5), createTrace(traces, 6)];
    expect(one).toMatchObject({ stand: NOWHERE, firstAt: 5, marks: [] });
    expect(one.seq).toBeLessThan(other.seq);
    expect(one.marks).not.toBe(other.marks);
  });
});
