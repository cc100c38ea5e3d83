import { expect, it } from "vitest";
import { kindsOf } from "../../src/side/FindPerson.tsx";
import { POSTURE } from "../../../app/test/support/page.ts";

it("TRC-29: somebody is looked up by the kinds that the policy keeps, what names a person first", () => {
  expect(kindsOf({ ...POSTURE, trace: ["properties.trace_id", "session", "userId"] })).toEqual(["userId", "properties.trace_id", "session"]);
  expect(kindsOf(null)).toEqual(["userId", "anonymousId"]);
});
