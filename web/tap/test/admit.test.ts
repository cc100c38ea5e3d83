import { checkTap, isProblem } from "@dagnet-realtime/engine";
import fc from "fast-check";
import { expect, it } from "vitest";
import { admission } from "../src/admit.ts";
import { read } from "../src/read.ts";
import { RULES, told } from "./support.ts";

const admit = admission(RULES);

it("TAP-5: names, allowed properties and traits are handed on, nobody's identifier", () => {
  const message = admit(told("m", { event: "Sent to bob@example.com", userId: "u-1", properties: { plan: "free", email: "x" }, traits: { tier: 1, name: "Bob" }, context: { traits: { city: "Ulm", beta: true } } }), "p");
  expect(message).toMatchObject({ messageId: "m", name: "[redacted]", names: ["[redacted]"], page: "p", at: 5, properties: { plan: "free" }, traits: { tier: 1, beta: true } });
  expect(JSON.stringify(message)).not.toMatch(/u-1|bob|Bob|Ulm/);
  expect(message).not.toHaveProperty("reason");
  expect(admit({ ...told("m"), reason: "to bob@example.com" }, "p").reason).toBe("[redacted]");
});

it("TAP-5: under an empty list only what the graph needs is handed on", () => {
  const strict = admission({ ...RULES, allow: [], needed: ["device"] });
  expect(strict(told("m", { properties: { device: "mobile", plan: "free" } }), "p").properties).toEqual({ device: "mobile" });
});

it("TAP-12: whatever a page emits, the picture can read it", () => {
  fc.assert(fc.property(fc.object({ maxDepth: 4, withBigInt: true, withDate: true }), fc.string(), (value, event) => {
    const snapshot = read({ messageId: "m", event, properties: value, traits: value, context: value, integrations: value }, "track", 5);
    expect(isProblem(checkTap(structuredClone(admit({ snapshot, stage: "called", reason: "" }, "p"))))).toBe(false);
  }));
});
