import { expect, it } from "vitest";
import { pasted } from "./segment.js";
import { vectors } from "./support.ts";

const { parse, happened } = vectors("times") as { parse: { text: unknown; ms: number | null }[]; happened: { own: unknown; sent: unknown; received: number; ms: number | null }[] };
const NOW = Date.parse("2026-01-02T03:04:06Z");
const file = pasted();

it("SEG-5 in the function: every spelling of a time is read as the server reads it", () => {
  for (const { text, ms } of parse) expect([text, file.parseTime(text)]).toEqual([text, ms]);
});

it("SEG-5 in the function: two stamps of one clock are corrected in any calendar", () => {
  for (const { own, sent, received, ms } of happened) expect([own, sent, file.occurredAt({ originalTimestamp: own, sentAt: sent, receivedAt: received }, received)]).toEqual([own, sent, ms ?? received]);
});

it("an event happened when its timestamp says, else by its sender's corrected clock, else when Segment had it, and never in the future", () => {
  expect(file.occurredAt({ timestamp: "2026-01-02T03:04:05Z" }, NOW)).toBe(NOW - 1_000);
  expect(file.occurredAt({ originalTimestamp: "2026-01-01T00:00:00Z", sentAt: "2026-01-01T00:00:02Z", receivedAt: "2026-01-02T03:04:05Z" }, NOW)).toBe(NOW - 3_000);
  expect(file.occurredAt({ receivedAt: "2026-01-02T03:04:05Z" }, NOW)).toBe(NOW - 1_000);
  expect(file.occurredAt({ timestamp: "2036-01-01T00:00:00Z" }, NOW)).toBe(NOW);
  expect(file.occurredAt({}, NOW)).toBe(NOW);
  expect(file.received({ receivedAt: {} })).toBeUndefined();
});
