import { expect, it } from "vitest";
import { read } from "../src/read.ts";
import { appendEntry, createBuffer, MAX_ENTRIES, entriesBetween, type BufferEntry } from "../src/buffer.ts";

const told = (messageId: string, properties: object = {}): BufferEntry => ({ snapshot: read({ messageId, properties }, "track", 0), stage: "called", reason: "" });

it("TAP-9: the oldest makes room, and numbers go on", () => {
  const buffer = createBuffer();
  for (let n = 0; n < MAX_ENTRIES + 5; n++) appendEntry(buffer, told(`m${n}`));
  expect([buffer.start, buffer.end, buffer.entries.length]).toEqual([5, MAX_ENTRIES + 5, MAX_ENTRIES]);
  expect(entriesBetween(buffer, 5, 7).map(({ snapshot }) => snapshot.messageId)).toEqual(["m5", "m6"]);
  expect(entriesBetween(buffer, buffer.end - 1, buffer.end + 9)).toHaveLength(1);
});

it("TAP-9: large messages make room by their size", () => {
  const buffer = createBuffer();
  const large = Object.fromEntries(Array.from({ length: 40 }, (_, place) => [`k${place}`, "x".repeat(1_000)]));
  for (let n = 0; n < 500; n++) appendEntry(buffer, told(`m${n}`, large));
  expect(buffer.entries.length).toBeLessThan(200);
  expect(buffer.weight).toBeLessThanOrEqual(4_000_000);
});
