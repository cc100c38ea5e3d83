import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { identifiers, placeholder } from "../src/identifiers.ts";
import { read } from "../src/read.ts";
import type { SdkEvent } from "../src/sdk.ts";

describe("placeholders", () => {
  const { cases } = JSON.parse(readFileSync(new URL("../../../conformance/placeholders.json", import.meta.url), "utf8")) as { readonly cases: readonly { readonly text: string; readonly placeholder: boolean }[] };

  describe("RED-21: a placeholder identifies no person, by the server's vectors", () => {
    it.each(cases)("$text", ({ text, placeholder: expected }) => {
      expect(placeholder(text)).toBe(expected);
    });
  });
});

describe("identifiers", () => {
  const of = (event: SdkEvent, ...kinds: string[]): string[] => identifiers(read({ messageId: "m", ...event }, "track", 0), kinds).map(({ kind, value }) => `${kind}=${value}`);

  it("TAP-5: identifiers come in the order of the policy", () => {
    const event = { userId: "u", anonymousId: "a", properties: { trace_id: 7 } };
    expect(of(event, "properties.trace_id", "session", "userId", "anonymousId")).toEqual(["properties.trace_id=7", "userId=u", "anonymousId=a"]);
    expect(of(event, "trace_id")).toEqual(["trace_id=7"]);
  });

  it("TAP-5: a session is looked for where Segment's plugins put it, and -1 and 0 are none", () => {
    expect(of({ integrations: { "Actions Amplitude": { session_id: 171 } }, context: { sessionId: "c" } }, "session")).toEqual(["session=171"]);
    expect(of({ integrations: { "Actions Amplitude": { session_id: -1 }, Amplitude: { session_id: 0 } }, context: { session_id: "c" } }, "session")).toEqual(["session=c"]);
    expect(of({ properties: { $session_id: "p" } }, "session")).toEqual(["session=p"]);
    expect(of({}, "session")).toEqual([]);
  });

  it("TAP-5: an alias gives what it replaces as well, if persons are traced", () => {
    expect(of({ userId: "u", previousId: "p" }, "userId")).toEqual(["userId=u", "previousId=p"]);
    expect(of({ userId: "u", previousId: "p" }, "session", "previousId")).toEqual([]);
  });

  it("TAP-5: a path may go through any part, and keys may hold dots", () => {
    expect(of({ context: { app: { "build.id": "b" } }, traits: { household: 3 } }, "context.app.build.id", "traits.household", "groupId")).toEqual(["context.app.build.id=b", "traits.household=3"]);
    expect(of({ properties: { toString: null } }, "toString", "constructor.name", "a.b")).toEqual([]);
  });
});
