import { expect, it } from "vitest";
import { MARK, marked } from "../src/wire.ts";

it("TAP-12: only our own messages are looked at", () => {
  expect(marked({ dagnet: MARK })).toBe(true);
  for (const other of [null, undefined, 1, "x", [], {}, { dagnet: "dagnet-realtime/0" }]) expect(marked(other)).toBe(false);
});
