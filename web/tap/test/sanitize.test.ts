import { readFileSync } from "node:fs";
import { checkTap, isProblem } from "@dagnet-realtime/engine";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { read } from "../src/read.ts";
import { eventNames, sanitizer } from "../src/sanitize.ts";
import { RULES, told } from "./support.ts";

describe("names", () => {
  interface Case {
    readonly why: string;
    readonly type: string;
    readonly event: string | null;
    readonly name: string | null;
    readonly category: string | null;
    readonly names: readonly string[];
    readonly shown: string;
  }
  const { cases } = JSON.parse(readFileSync(new URL("../../../conformance/names.json", import.meta.url), "utf8")) as { cases: readonly Case[] };

  it.each(cases)("MAT-1 in the page: $why", ({ type, event, name, category, names, shown }) => {
    expect(eventNames(type, event, name, category)).toEqual({ names, name: shown });
  });
});

describe("admit", () => {
  const admit = sanitizer(RULES);

  it("TAP-5: names, allowed properties and traits are handed on, and no identifier", () => {
    const message = admit(told("m", { event: "Sent to bob@example.com", userId: "u-1", properties: { plan: "free", email: "x" }, traits: { tier: 1, name: "Bob" }, context: { traits: { city: "Ulm", beta: true } } }), "p");
    expect(message).toMatchObject({ messageId: "m", name: "[redacted]", names: ["[redacted]"], page: "p", at: 5, properties: { plan: "free" }, traits: { tier: 1, beta: true } });
    expect(JSON.stringify(message)).not.toMatch(/u-1|bob|Bob|Ulm/);
    expect(message).not.toHaveProperty("reason");
    expect(admit({ ...told("m"), reason: "to bob@example.com" }, "p").reason).toBe("[redacted]");
  });

  it("TAP-5: under an empty list only what the graph needs is handed on", () => {
    const strict = sanitizer({ ...RULES, allow: [], needed: ["device"] });
    expect(strict(told("m", { properties: { device: "mobile", plan: "free" } }), "p").properties).toEqual({ device: "mobile" });
  });

  it("TAP-9: the picture can read anything that a page emits", () => {
    fc.assert(fc.property(fc.object({ maxDepth: 4, withBigInt: true, withDate: true }), fc.string(), (value, event) => {
      const snapshot = read({ messageId: "m", event, properties: value, traits: value, context: value, integrations: value }, "track", 5);
      expect(isProblem(checkTap(structuredClone(admit({ snapshot, stage: "called", reason: "" }, "p"))))).toBe(false);
    }));
  });
});
