import fc from "fast-check";
import { expect, it } from "vitest";
import { read, textOf } from "../src/read.ts";

const properties = (value: unknown): unknown => read({ messageId: "m", properties: value }, "track", 5).properties;

it("TAP-7: what JSON would make of a value is read", () => {
  expect(properties({ a: 1, b: "x", c: true, d: null, e: NaN, f: undefined, g: new Date(0), h: [1, "y", null], i: { j: 2 } })).toEqual({
    a: 1, b: "x", c: true, d: null, e: null, g: "1970-01-01T00:00:00.000Z", h: [1, "y", null], i: { j: 2 },
  });
});

it("TAP-7: cycles, elements, functions, symbols, big integers and getters that throw are left out", () => {
  const cyclic: Record<string, unknown> = { a: 1 };
  cyclic["self"] = cyclic;
  const read = properties({ cyclic, element: { nodeType: 1, ownerDocument: {} }, call: () => 1, symbol: Symbol("s"), big: 10n, get bad() { throw new Error("no"); }, last: 2 });
  expect(read).toMatchObject({ cyclic: { a: 1 }, last: 2 });
  expect(Object.keys(read as object)).toEqual(["cyclic", "last"]);
});

it("TAP-7: proxies that refuse everything cost nothing but themselves", () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  expect(properties({ proxy, a: 1 })).toEqual({ a: 1 });
  expect(properties(proxy)).toEqual({});
  const throwing = new Proxy({}, { get: () => { throw new Error("no"); } });
  expect(read(throwing, "track", 5)).toMatchObject({ messageId: null, properties: {}, occurredAt: 5 });
});

it("TAP-7: a depth of 1,000 is read to four keys, a huge value to its bounds", () => {
  let deep: Record<string, unknown> = { end: 1 };
  for (let n = 0; n < 1_000; n++) deep = { n, deep };
  expect(JSON.stringify(properties(deep)).match(/deep/g)).toHaveLength(3);
  const wide = Object.fromEntries(Array.from({ length: 20_000 }, (_, place) => [`k${place}`, "x".repeat(5_000)]));
  expect(read({ messageId: "m", properties: wide }, "track", 0).weight).toBeLessThan(40_000);
  expect(properties({ list: Array.from({ length: 5_000 }, (_, place) => place) })).toEqual({ list: Array.from({ length: 20 }, (_, place) => place) });
});

it("TAP-7: anything that a page emits is read without an error", () => {
  fc.assert(fc.property(fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withObjectString: true, withSparseArray: true, withTypedArray: true }), (value) => {
    const made = read({ messageId: value, properties: value, traits: value, context: value, timestamp: value }, "track", 5);
    expect(() => structuredClone(made)).not.toThrow();
    expect(Number.isFinite(made.occurredAt)).toBe(true);
  }));
});

it("TAP-2: a call's own time goes before the SDK's, that before the moment of reading", () => {
  expect(read({ timestamp: new Date(7) }, "track", 5, 3).occurredAt).toBe(3);
  expect(read({ timestamp: new Date(7) }, "track", 5).occurredAt).toBe(7);
  expect(read({ timestamp: "1970-01-01T00:00:00.009Z" }, "track", 5).occurredAt).toBe(9);
  expect(read({ timestamp: "never" }, "track", 5).occurredAt).toBe(5);
});

it("a text or a number is a text, anything else none", () => {
  expect([textOf("a"), textOf(1.5), textOf(""), textOf(NaN), textOf({}), textOf(undefined)]).toEqual(["a", "1.5", null, null, null, null]);
});
