import fc from "fast-check";
import { expect, it } from "vitest";
import { MessageGuard, sizeLeft } from "../../../src/transport/tap/messageGuard.ts";

const NOW = 1_000_000;
const good = (messageId: string, more: object = {}): Record<string, unknown> => ({
  messageId, type: "track", name: "A", names: ["A"], occurredAt: NOW, at: NOW, stage: "called", traces: [{ kind: "userId", token: "me_1" }], properties: { plan: "free" }, ...more,
});

it("TAP-9: a message is let in as what it is, under the page whose report it came in", () => {
  expect(new MessageGuard().check(good("m", { page: "another", nodes: ["a"] }), "https://a.test", "p", NOW)).toEqual({ ...good("m"), page: "p" });
});

it("TAP-9: what is malformed or too large is refused by that name", () => {
  const gate = new MessageGuard();
  for (const wrong of [null, 7, {}, good(""), good("m", { stage: "sent" }), good("m", { traces: "all" }), good("m", { properties: { deep: { er: 1 } } }), good("m", { occurredAt: Infinity })])
    expect(gate.check(wrong, "https://a.test", "p", NOW)).toBe("malformed");
  expect(gate.check(good("m", { properties: { long: "x".repeat(70_000) } }), "https://a.test", "p", NOW)).toBe("too large");
  expect(gate.check(good("m", { properties: Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`k${n}`, n])) }), "https://a.test", "p", NOW)).toBe("too large");
});

it("TAP-9: a message id belongs to the origin that said it first", () => {
  const gate = new MessageGuard();
  expect(gate.check(good("m"), "https://a.test", "p", NOW)).toHaveProperty("messageId", "m");
  expect(gate.check(good("m"), "https://evil.test", "q", NOW)).toBe("another origin’s message id");
  expect(gate.check(good("m", { stage: "delivered" }), "https://a.test", "another page of it", NOW)).toHaveProperty("stage", "delivered");
  for (let n = 0; n < 60_000; n++) gate.check(good(`n${n}`), "https://a.test", "p", NOW + n);
  expect(gate.check(good("m"), "https://evil.test", "q", NOW + 60_000)).toBe("another origin’s message id");
});

it("TAP-9: an origin that floods fills its own budget only", () => {
  const gate = new MessageGuard();
  const outcomes = Array.from({ length: 20_000 }, (_, n) => gate.check(good(`m${n}`), "https://a.test", "p", NOW));
  expect(outcomes.filter((one) => one === "too fast")).toHaveLength(6_000);
  expect(gate.check(good("b"), "https://b.test", "q", NOW)).toHaveProperty("messageId");
  expect(gate.check(good("later"), "https://a.test", "p", NOW + 1_000)).toHaveProperty("messageId");
});

it("TAP-9: a clock that is far off is not believed", () => {
  expect(new MessageGuard().check(good("m", { at: NOW + 90_000 }), "https://a.test", "p", NOW)).toHaveProperty("at", NOW);
  expect(new MessageGuard().check(good("m", { at: 5 }), "https://a.test", "p", NOW + 1e9)).toHaveProperty("at", NOW + 1e9);
  expect(new MessageGuard().check(good("m", { at: NOW - 50 }), "https://a.test", "p", NOW)).toHaveProperty("at", NOW - 50);
});

it("TAP-9: any other message is refused with a reason", () => {
  const gate = new MessageGuard();
  fc.assert(fc.property(fc.anything(), (said) => {
    expect(gate.check(said, "https://a.test", "p", NOW)).toBeTypeOf("string");
  }));
});

it("measures no further than it must", () => {
  const endless: Record<string, unknown> = {};
  endless["self"] = endless;
  expect(sizeLeft(endless, 1_000)).toBeLessThan(0);
  expect(sizeLeft({ a: ["xyz", 1] }, 100)).toBeGreaterThan(60);
});

it("TAP-10: when a call was made is believed as far as the page's clock is", () => {
  const called = (more: object, now = NOW) => new MessageGuard().check(good("m", more), "https://a.test", "p", now);
  expect(called({ calledAt: NOW - 3_600_000 })).toHaveProperty("calledAt", NOW - 3_600_000);
  expect(called({ calledAt: NOW + 9 })).toHaveProperty("calledAt", NOW);
  expect(called({ at: 5, calledAt: 4 }, NOW + 1e9)).toHaveProperty("calledAt", NOW + 1e9);
  expect(called({ at: 5, stage: "delivered" }, NOW + 1e9)).toHaveProperty("calledAt", NOW + 1e9);
  expect(called({})).not.toHaveProperty("calledAt");
});

it("TAP-9: an early call is replaced by its own origin alone", () => {
  const gate = new MessageGuard();
  gate.check(good("tap-1"), "https://a.test", "p", NOW);
  expect(gate.check(good("m", { replaces: "tap-1" }), "https://a.test", "p", NOW)).toHaveProperty("replaces", "tap-1");
  expect(gate.check(good("n", { replaces: "tap-1" }), "https://b.test", "q", NOW)).not.toHaveProperty("replaces");
  expect(new MessageGuard().check(good("m", { replaces: "tap-1" }), "https://a.test", "p", NOW)).toHaveProperty("replaces", "tap-1");
});

it("SEG-14: an id is shown as the server shows it, and one whose digest cannot be known is refused", () => {
  const message = (messageId: string) => ({ messageId, type: "track", name: "A", names: [], occurredAt: 1, stage: "called", traces: [], properties: {} });
  const named = new MessageGuard((id) => (id === "order-1" ? "derived-1" : id));
  expect(named.check(message("order-1"), "https://a.test", "p", 1)).toMatchObject({ messageId: "derived-1" });
  expect(named.check(message("order-1"), "https://b.test", "q", 1)).toBe("another origin’s message id");
  expect(new MessageGuard(() => null).check(message("order-1"), "https://a.test", "p", 1)).toBe("the site’s own message id");
});
