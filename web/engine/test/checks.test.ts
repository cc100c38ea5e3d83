import { describe, expect, it } from "vitest";
import { either, finite, flag, isRecord, list, maybe, moment, object, oneOf, record, sieve, text, whole } from "../src/checks.ts";

describe("shape", () => {
  it("ENG-20: a check says where a value is wrong", () => {
    const check = object({ a: list(object({ b: whole }), 2), c: [record(text, 1), {}] });
    expect(check({ a: [{ b: 1 }] })).toBeNull();
    expect(check({ a: [{ b: 1 }, { b: -1 }] })).toBe(".a[1].b is not a count");
    expect(check({ a: [{}] })).toBe(".a[0].b is missing");
    expect(check({ a: [1] })).toBe(".a[0] is not an object");
    expect(check({ a: "x" })).toBe(".a is not a list");
    expect(check({ a: [{ b: 1 }, { b: 1 }, { b: 1 }] })).toBe(".a has more than 2 elements");
    expect(check({ a: [], c: { x: 1 } })).toBe(".c.x is not text");
    expect(check({ a: [], c: { x: "", y: "" } })).toBe(".c has more than 1 entries");
    expect(check([])).toBe("is not an object");
  });

  it("ENG-20: what may be absent is filled in", () => {
    const value: Record<string, unknown> = {};
    const check = object({ n: [whole, 7], inner: [object({ m: [maybe(text), null] }), {}], some: [list(text), []], perhaps: [whole] });
    expect(check(value)).toBeNull();
    expect(value).toStrictEqual({ n: 7, inner: { m: null }, some: [] });
    const other: Record<string, unknown> = {};
    check(other);
    expect(other.some).not.toBe(value.some);
  });

  it("ENG-20: numbers, times and words are what they say", () => {
    expect([finite(NaN), finite(1), whole(1.5), flag("true"), moment("yesterday"), moment("2026-01-02T03:04:05.678Z"), maybe(text)(null), oneOf("a")("b")]).toEqual(
      ["is not a number", null, "is not a count", "is not true or false", "is not a time", null, null, "is not one of a"]);
    const scalar = either(text, finite);
    expect([scalar("a"), scalar(1), scalar(true)]).toEqual([null, null, "is of another type"]);
    expect([isRecord(null), isRecord([]), isRecord({})]).toEqual([false, false, true]);
  });

  it("ENG-20: a sieve leaves wrong elements out", () => {
    const some: unknown[] = ["a", 1, "b", null];
    expect(sieve(text)(some)).toBeNull();
    expect(some).toEqual(["a", "b"]);
    expect([sieve(text)("a"), sieve(text, 1)(some)]).toEqual(["is not a list", "has more than 1 elements"]);
  });
});
