import { expect, it } from "vitest";
import { createLog, write } from "../src/log.ts";
import { batch, event } from "./support.ts";

it("ENG-19: the log is bounded; what makes room is summed, so that counts stay whole", () => {
  const log = createLog();
  for (let n = 0; n < 500; n++) {
    const { events, ...frame } = batch(n, [event("a")]);
    write(log, { at: n, kind: "batch", frame: { ...frame, rows: events.map(() => n) } }, 200);
    if (n % 10 === 0) write(log, { at: n, kind: "tap", row: n, stage: "called", reason: "" }, 200);
  }
  expect(log.entries.length).toBeLessThanOrEqual(40);
  const rest = log.entries.filter((entry) => entry.kind === "batch").length;
  const [gap, sum] = log.head;
  expect(sum).toMatchObject({ kind: "batch", frame: { from: "e.0", counts: { a: 500 - rest }, rows: [] } });
  expect(log.dropped).toBeGreaterThan(40);
  expect(gap, "each local event that went is missed").toMatchObject({ kind: "frame", frame: { op: "gap", from: "", missed: log.dropped } });
});
