import { expect, it } from "vitest";
import { LOST_MS, missingWords } from "../../../src/ui/connect/missing.ts";

it("TAP-13: an event that left and has not arrived says what to look at, and never blames what the server thinned", () => {
  expect(missingWords("lost", "", 75_000, false)).toBe("left 1 m 15 s ago and has not arrived: see that this write key’s source sends to this webhook, and what Segment’s delivery says.");
  expect(missingWords("lost", "", 75_000, true)).toContain("thins or samples under load");
  expect(missingWords("failed", "Failed to fetch", 1, false)).toContain("has not left the page (Failed to fetch)");
  expect(missingWords("dropped", "left out", 1, true)).toContain("was dropped in the page (left out)");
  expect(LOST_MS).toBe(60_000);
});
