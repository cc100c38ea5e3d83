import { expect, it } from "vitest";
import { read } from "../src/read.ts";
import { append, createRing, HELD, slice, type Told } from "../src/ring.ts";

const told = (messageId: string, properties: object = {}): Told => ({ snapshot: read({ messageId, properties }, "track", 0), stage: "called", reason: "" });

it("TAP-9: the oldest makes room, and numbers go on", () => {
  const ring = createRing();
  for (let n = 0; n < HELD + 5; n++) append(ring, told(`m${n}`));
  expect([ring.start, ring.end, ring.held.length]).toEqual([5, HELD + 5, HELD]);
  expect(slice(ring, 5, 7).map(({ snapshot }) => snapshot.messageId)).toEqual(["m5", "m6"]);
  expect(slice(ring, ring.end - 1, ring.end + 9)).toHaveLength(1);
});

it("TAP-9: large messages make room by their size", () => {
  const ring = createRing();
  const large = Object.fromEntries(Array.from({ length: 40 }, (_, place) => [`k${place}`, "x".repeat(1_000)]));
  for (let n = 0; n < 500; n++) append(ring, told(`m${n}`, large));
  expect(ring.held.length).toBeLessThan(200);
  expect(ring.weight).toBeLessThanOrEqual(4_000_000);
});
