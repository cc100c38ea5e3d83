import { expect, it } from "vitest";
import { rulesOf, TRACE } from "../../../src/lanes/local/rules.ts";
import { GRAPH, POSTURE } from "../../support/page.ts";

const graph = { ...GRAPH, listens: GRAPH.listens.map((one) => ({ ...one, filters: [{ property: "device", operator: "is", values: ["mobile"], property_type: "event" as const }] })) };

it("TAP-5: a page keeps the server's policy, and what the graph's filters read", () => {
  const posture = { ...POSTURE, properties: ["checkout_*"], deny: ["internal_*"], trace: ["properties.trip", "session"] };
  expect(rulesOf("salt", graph, posture, ["plan"])).toEqual({ salt: "salt", trace: ["properties.trip", "session"], allow: ["checkout_*", "plan"], deny: ["internal_*"], needed: ["device"] });
});

it("TAP-5: without a server only what the graph reads and the viewer asked for is shown", () => {
  expect(rulesOf("salt", graph, null, [])).toEqual({ salt: "salt", trace: TRACE, allow: [], deny: [], needed: ["device"] });
  expect(rulesOf("salt", null, null, []).needed).toEqual([]);
});
