import { LOCAL, REMOTE } from "@dagnet-realtime/engine/dedupe";
import { expect, it } from "vitest";
import { deliveryOf } from "../../src/feed/delivery.ts";

const row = { row: 0, id: "m", type: "track" as const, name: "A", at: 1_010, occurredAt: 1_000, arrivedAt: NaN, order: NaN, receivedAt: NaN, source: "", traces: [], nodes: [], properties: {}, flags: [], lanes: LOCAL, bound: false, way: null };
const said = (more: object) => deliveryOf({ ...row, ...more }).map(({ word, since }) => `${word} ${since ?? "at first"}`);

it("TAP-13: an event's whole way, with the times between", () => {
  const way = { called: 1_000, enriched: 1_004, delivered: 1_080 };
  expect(said({ lanes: LOCAL | REMOTE, arrivedAt: 1_900, receivedAt: 1_120, way })).toEqual(["called in the page at first", "ready to leave 4", "shown here 6", "left the page 70", "received by Segment 40", "reached us by webhook 780"]);
  expect(said({ way: { called: 1_000 } })).toEqual(["called in the page at first", "shown here 10"]);
});

it("TAP-13: what went wrong is said with its reason", () => {
  expect(said({ way: { called: 1_000, failed: 1_050, delivered: 2_000, reason: "the answer was 503" } })).toContain("failed to leave: the answer was 503 40");
  expect(said({ way: { called: 1_000, dropped: 1_005, reason: "skipped" } })).toContain("dropped in the page: skipped 5");
});

it("TAP-13: the name it was called by is shown if it left under another, and why a call waits for its SDK", () => {
  expect(said({ way: { called: 1_000, enriched: 1_002, as: "OLD" } })[0]).toBe("called in the page as “OLD” at first");
  expect(said({ way: { called: 1_000, reason: "the SDK has not loaded" } })[0]).toBe("called in the page: the SDK has not loaded at first");
});

it("TAP-13: of an event that only the server brought there is little to tell", () => {
  expect(said({ lanes: REMOTE, arrivedAt: 1_005 })).toEqual(["reached us by webhook at first", "shown here 5"]);
});
