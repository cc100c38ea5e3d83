import { expect, it } from "vitest";
import { after, heard, on, tap } from "./support.ts";
import { sizeOf } from "../src/size.ts";

it("ENG-10: an event weighs what its texts weigh", () => {
  const bare = sizeOf({ name: "", properties: {} });
  expect(sizeOf({ name: "ab", properties: { a: "x".repeat(100), b: [1, "yy"], c: null, d: true } }) - bare).toBe(4 + 16 + 200 + 16 + 32 + 4 + 16 + 16);
});

it("ENG-10: a page that sends huge messages fills no more than the ring's bytes, also while paused", () => {
  const huge = (n: number) => tap(n, heard("A", { properties: { text: "x".repeat(20_000) } }));
  const inputs = Array.from({ length: 100 }, (_, n) => huge(n));
  const state = after([on("local"), ...inputs], { eventBytes: 500_000 });
  expect(state.accumulation.events.bytes).toBeLessThanOrEqual(500_000);
  expect(state.accumulation.events.rows.filter((row) => row !== undefined)).toHaveLength(state.accumulation.events.end - state.accumulation.events.start);
  expect(state.accumulation.total.local).toBe(100);
  const paused = after([on("local"), { kind: "pause", at: 0 }, ...inputs], { paused: 100 });
  expect(paused.pauseBuffer.entries.filter((entry) => entry.kind === "tap").length).toBeLessThanOrEqual(5);
  expect(paused.pauseBuffer.pending).toBe(100);
});
