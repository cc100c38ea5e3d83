import { describe, expect, it } from "vitest";
import type { Envelope } from "../src/envelope.ts";
import type { Plan } from "../src/plan.ts";
import { InvalidEventPayload, pasted } from "./segment.js";
import { bought, CANARY, KEY, plan, uuid, vectors } from "./support.ts";

const NOW = Date.parse("2026-01-02T03:04:07Z");
const file = pasted();
const maybe = (event: unknown, changed: Partial<Plan> = {}): Envelope | null => JSON.parse(JSON.stringify(file.enveloping(plan(changed), KEY)(event, NOW))) as Envelope | null;
/** The envelope of an event that has one. */
const made = (event: unknown, changed: Partial<Plan> = {}): Envelope => maybe(event, changed) ?? expect.fail("nothing was made of it");

describe("from an event to its envelope", () => {
  it("FUN-6: holds names, times, tokens and allowed properties, and nothing else of what came", () => {
    const envelope = made(bought());
    expect(envelope).toMatchObject({ id: uuid(1), type: "track", event: "Bought", at: NOW - 1_322, had: NOW, received: NOW - 1_000, properties: { plan: "pro" } });
    expect(envelope.traces?.map(({ kind }) => kind)).toEqual(["userId", "anonymousId"]);
    expect(Object.keys(envelope).sort()).toEqual(["at", "event", "had", "id", "properties", "received", "traces", "type"]);
  });

  it.each(["messageId", "event", "name", "category", "userId", "anonymousId", "previousId", "groupId"])("FUN-6: nothing personal in %s leaves", (field) => {
    const envelope = JSON.stringify(made(bought({ [field]: CANARY, traits: { email: CANARY }, context: { traits: { phone: "+44 20 7946 0958" }, page: { url: `https://x/?e=${CANARY}` } } }), { carries: "all" }));
    for (const piece of ["leak", "7946", "203.0.113.7", "Mozilla"]) expect(envelope).not.toContain(piece);
  });

  it("FUN-6: carries what a node listens for, what lights one, or all", () => {
    const other = bought({ event: "Other" });
    const free = bought({ properties: { plan: "free" } });
    expect([maybe(other)?.id, maybe(free)?.id, maybe(free, { carries: "lit" })?.id, maybe(bought(), { carries: "lit" })?.id, maybe(other, { carries: "all" })?.id]).toEqual([undefined, uuid(1), undefined, uuid(1), uuid(1)]);
    expect(made({ type: "page", name: "Home", messageId: "p" }).name).toBe("Home");
  });

  it("FUN-6: a message that joins two identifiers is carried, since it joins their traces", () => {
    const who = { type: "identify", messageId: "i", anonymousId: "a1", userId: "u1", traits: { email: CANARY } };
    expect(made(who).traces).toHaveLength(2);
    expect(maybe({ ...who, userId: null })).toBeNull();
    expect(made({ type: "alias", messageId: "l", userId: "u1", previousId: "a1" }).traces?.map(({ kind }) => kind)).toEqual(["userId", "previousId"]);
    expect(maybe({ type: "group", messageId: "g", userId: "u1", anonymousId: "a1", groupId: "g1" })).toBeNull();
  });

  it("FUN-6: a delete carries the person's tokens alone", () => {
    const [user, anonymous] = made(bought()).traces ?? [];
    expect(made({ type: "delete", userId: "u1", anonymousId: "a1", messageId: "d" })).toEqual({ forget: [user?.token, anonymous?.token] });
    expect(maybe({ type: "suppress", messageId: "d" })).toBeNull();
  });

  it("FUN-6: flags as the server flags", () => {
    const flags = (fields: Record<string, unknown>, changed: Partial<Plan> = {}) => made(bought(fields), { carries: "all", ...changed }).flags;
    expect(flags({ timestamp: "2026-01-02T03:00:00Z" })).toEqual(["late"]);
    expect(flags({ replay: true })).toEqual(["replayed"]);
    expect(flags({ event: "Violation Generated" })).toEqual(["violation"]);
    expect(flags({ context: { protocols: { violations: [{}] } } })).toEqual(["violation"]);
    expect(flags({ messageId: "segment-test-message-1" })).toEqual(["test"]);
    expect(flags({ properties: { staging: true } }, { test: "staging" })).toEqual(["test"]);
  });

  it("FUN-6: a sample keeps whole traces, and test traffic always", () => {
    const kept = Array.from({ length: 200 }, (_, place) => maybe(bought({ anonymousId: `a${place}` }), { sample: 0.3 })).filter((one) => one !== null).length;
    expect(kept).toBeGreaterThan(30);
    expect(kept).toBeLessThan(90);
    expect(made(bought({ messageId: "segment-test-message-1" }), { sample: 0 }).flags).toEqual(["test"]);
  });

  it.each([null, undefined, 5, "text", [], {}, { type: 7 }, { type: "heartbeat" }])("FUN-9: %j is no event", (event) => {
    expect(() => file.enveloping(plan(), KEY)(event, NOW)).toThrow(InvalidEventPayload);
  });

  it("SEG-14: an id is shown by the shared vectors, and that of an event without one is a digest, the same at every try", () => {
    const { token_key: key, cases } = vectors("message_ids") as { readonly token_key: string; readonly cases: readonly { readonly id: string; readonly shown: string }[] };
    const envelop = file.enveloping(plan(), key);
    for (const { id, shown } of cases) expect((envelop(bought({ messageId: id }), NOW) as { id: string }).id).toBe(shown);
    const derived = [undefined, "", null, {}].map((messageId) => made(bought({ messageId })).id);
    expect(derived.every((id) => /^derived-[0-9a-f]{32}$/.test(id))).toBe(true);
    expect(made(bought({ messageId: "" })).id).toBe(derived[1]);
    const { repeats } = vectors("message_ids") as { readonly repeats: { readonly text: string; readonly shown: readonly string[] } };
    const seen = new Map<string, number>();
    expect(repeats.shown.map(() => (envelop(JSON.parse(repeats.text), NOW, seen) as { id: string }).id), "SEG-14").toEqual(repeats.shown);
    expect(made(bought({ messageId: 7 })).id).toBe(made(bought({ messageId: "7" })).id);
  });

  it("RED-21: a placeholder identifies no person, and none is forgotten by one", () => {
    const traces = (event: Record<string, unknown>) => (made(event).traces ?? []).map(({ kind }) => kind);
    for (const { text, placeholder: expected } of (vectors("placeholders") as { readonly cases: readonly { readonly text: string; readonly placeholder: boolean }[] }).cases)
      expect(traces(bought({ userId: text }))).toEqual(expected ? ["anonymousId"] : ["userId", "anonymousId"]);
    const flags = (event: Record<string, unknown>) => made(event).flags ?? [];
    expect(flags(bought({ userId: "Undefined", anonymousId: "0", messageId: "[object Object]" }))).toEqual(["placeholder", "shared_id"]);
    expect(["", undefined, "00000000-0000-0000-0000-000000000000"].map((messageId) => flags(bought({ messageId })))).toEqual([[], [], ["shared_id"]]);
    expect(file.enveloping(plan(), KEY)({ type: "delete", userId: "undefined", anonymousId: "0" }, NOW)).toBeNull();
  });

  it("FUN-9: thinned, it keeps what filters read", () => {
    const long = made(bought({ properties: { plan: "pro", colour: "red" } }), { properties: ["colour"] });
    expect(JSON.parse(JSON.stringify(file.thinner(long, ["plan"])))).toEqual({ ...long, properties: { plan: "pro" } });
  });
});
