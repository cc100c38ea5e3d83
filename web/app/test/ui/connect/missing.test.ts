import { expect, it } from "vitest";
import { LOST_MS, missingWords } from "../../../src/ui/connect/missing.ts";

it("TAP-13: an event that left and has not arrived says what to look at, and never blames what the server thinned", () => {
  expect(missingWords("lost", "", 75_000, false)).toBe("left 1 m 15 s ago and has not arrived: see that this write key’s source sends to this webhook, and what Segment’s delivery says.");
  expect(missingWords("lost", "", 75_000, true)).toContain("thins or samples under load");
  expect(missingWords("failed", "Failed to fetch", 1, false)).toContain("has not left the page (Failed to fetch)");
  expect(missingWords("failed", "the answer was 400", 1, false)).toBe("was refused (the answer was 400): the SDK does not send it again; look at the write key and what the event holds.");
  for (const again of ["the answer was 408", "the answer was 429", "the answer was 503"]) expect(missingWords("failed", again, 1, false)).toContain("tries again");
  expect(missingWords("unsent", "the SDK has not loaded", 1, false)).toContain("is not known to have left (the SDK has not loaded)");
  expect(missingWords("dropped", "left out", 1, true)).toContain("was dropped in the page (left out)");
  expect(LOST_MS).toBe(60_000);
});
