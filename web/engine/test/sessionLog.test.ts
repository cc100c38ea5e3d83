import { describe, expect, it } from "vitest";
import { appendEntry, createLogBuffer, expandLog } from "../src/sessionLog.ts";
import { after, batch, event, frame, heard, on, tap } from "./support.ts";

describe("log", () => {
  it("ENG-19: the log is bounded; what makes room is summed, so that counts stay whole", () => {
    const log = createLogBuffer();
    for (let n = 0; n < 500; n++) {
      const { events, ...frame } = batch(n, [event("a")]);
      appendEntry(log, { at: n, kind: "batch", frame: { ...frame, rows: events.map(() => n) } }, 200);
      if (n % 10 === 0) appendEntry(log, { at: n, kind: "tap", row: n, stage: "called", reason: "" }, 200);
    }
    expect(log.entries.length).toBeLessThanOrEqual(40);
    const rest = log.entries.filter((entry) => entry.kind === "batch").length;
    const [gap, sum] = log.head;
    expect(sum).toMatchObject({ kind: "batch", frame: { from: "e.0", counts: { a: 500 - rest }, rows: [] } });
    expect(log.dropped).toBeGreaterThan(40);
    expect(gap, "each local event that went is missed").toMatchObject({ kind: "frame", frame: { op: "gap", from: "", missed: log.dropped } });
  });
});

describe("sessionlog", () => {
  it("ENG-19: frames come back with the rows they brought", () => {
    const sent = batch(0, [event("a"), event("b")], 1), one = heard("A");
    const state = after([on(), on("local"), frame(1, sent), tap(2, one)]);
    const [first, second] = [...expandLog(state.accumulation.log, state.accumulation.events)];
    expect(first).toMatchObject({ kind: "frame", frame: sent });
    expect(second).toMatchObject({ kind: "tap", message: { ...one, nodes: ["a"] } });
  });
});
