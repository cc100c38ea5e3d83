import { expect, it } from "vitest";
import { MAGIC, isOurs } from "../src/protocol.ts";

it("TAP-9: only our own messages are looked at", () => {
  expect(isOurs({ dagnet: MAGIC })).toBe(true);
  for (const other of [null, undefined, 1, "x", [], {}, { dagnet: "dagnet-realtime/0" }]) expect(isOurs(other)).toBe(false);
});
