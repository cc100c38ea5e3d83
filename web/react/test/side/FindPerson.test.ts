import { expect, it } from "vitest";
import { foundText, kindsOf } from "../../src/side/FindPerson.tsx";
import { POSTURE } from "../../../app/test/support/page.ts";

it("TRC-29: people are looked up by the kinds that the policy keeps, what names a person first", () => {
  expect(kindsOf({ ...POSTURE, trace: ["properties.trace_id", "session", "userId"] })).toEqual(["userId", "properties.trace_id", "session"]);
  expect(kindsOf(null)).toEqual(["userId", "anonymousId"]);
});

it("TRC-29: an identifier that nothing carried is distinguished from a person who is quiet", () => {
  const since = new Date(2026, 0, 1, 1, 5, 0).getTime();
  const now = since + 60_000;
  const whole = { since, now, whole: true };
  expect(foundText("userId", null, whole)).toMatch(/^No such identifier since 01:05:00: no event had this userId\./);
  expect(foundText("userId", { events: 0, seenAt: now }, whole)).toContain("No such identifier");
  expect(foundText("userId", null, { ...whole, whole: false })).toContain("not every event was shown");
  expect(foundText("userId", { events: 3, seenAt: now - 41_000 }, whole)).toBe("is followed, and quiet: the last event was 41 s ago.");
  expect(foundText("userId", { events: 3, seenAt: now - 1000 }, whole)).toBe("is followed.");
});
