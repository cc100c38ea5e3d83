import { describe, expect, it } from "vitest";
import { readPublished } from "../../../src/lanes/provider/envelope.ts";
import { envelope, message } from "./envelopes.ts";

describe("what a function published", () => {
  it("FUN-14: is read with what it left out as empty", () => {
    const read = readPublished(message(envelope("m1"), { forget: ["t"] }));
    expect(read).toEqual({ plan: "p1", forget: ["t"], wrong: 0, envelopes: [{ ...envelope("m1"), name: "", category: "", received: null, traces: [], properties: {}, traits: {}, flags: [] }] });
    expect(readPublished({ plan: "p1", events: [envelope("m2", "e", { flags: ["placeholder", "shared_id"] })] })?.wrong).toBe(0);
  });

  it.each([null, 5, "text", [], {}, { events: {} }, { events: Array(2_001).fill(envelope("m")) }])("FUN-16: %j is none of the function's", (value) => {
    expect(readPublished(value)).toBeNull();
  });

  it.each([
    null, 5, {}, { ...envelope("") }, envelope("m", "x".repeat(513)), envelope("m", "e", { type: "delete" }), envelope("m", "e", { at: "now" }), envelope("m", "e", { at: null }), envelope("m", "e", { had: Infinity }),
    envelope("m", "e", { traces: [{ kind: 1, token: "t" }] }), envelope("m", "e", { traces: Array(33).fill({ kind: "k", token: "t" }) }), envelope("m", "e", { properties: { a: { b: 1 } } }), envelope("m", "e", { properties: [] }),
    envelope("m", "e", { flags: ["sampled_out"] }), { forget: "t" }, { forget: Array(101).fill("t") },
  ])("FUN-16: %j is left out and told, and its neighbours stand", (value) => {
    const read = readPublished(message(value, envelope("m2")));
    expect([read?.wrong, read?.envelopes.map(({ id }) => id), read?.forget]).toEqual([1, ["m2"], []]);
  });
});
