import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isProblem } from "../src/problem.ts";
import { reduce } from "../src/reduce.ts";
import { checkFrame, checkTap, finite, flag, isRecord, list, maybe, moment, object, oneOf, parseFrame, readJson, record, text, whole } from "../src/validation.ts";
import { after, batch, event, GRAPH, heard, hello, on, T0 } from "./support.ts";

describe("shape", () => {
  it("ENG-20: a check says where a value is wrong", () => {
    const check = object({ a: list(object({ b: whole }), 2), c: record(text, 1) }, { c: () => ({}) });
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
    expect(object({ n: whole }, { n: () => 7 })(value)).toBeNull();
    expect(value.n).toBe(7);
  });

  it("ENG-20: numbers, times and words are what they say", () => {
    expect([finite(NaN), finite(1), whole(1.5), flag("true"), moment("yesterday"), moment("2026-01-02T03:04:05.678Z"), maybe(text)(null), oneOf("a")("b")]).toEqual(
      ["is not a number", null, "is not a count", "is not true or false", "is not a time", null, null, "is not one of a"]);
    expect([isRecord(null), isRecord([]), isRecord({})]).toEqual([false, false, true]);
  });
});

describe("parse", () => {
  it("ENG-20: every frame of the wire is read as it is", () => {
    for (const one of [hello(), batch(0, [event("a")]), { op: "gap", from: "a", to: "b", missed: null, reason: "" }, { op: "forget", tokens: ["t"] },
      { op: "beat", now: "", position: "p", ledger: {} }, { op: "bye", reason: "", retry_after: 3 },
      { op: "change", graph_version: "2", policy_version: "1", sampling: 1, posture: hello().posture, since: "" }])
      expect(parseFrame(JSON.stringify(one))).toEqual(one);
  });

  it("ENG-20: what is absent by default on the wire is filled in", () => {
    expect(parseFrame('{"op":"batch","from":"a","position":"b","events":[{"id":"m","type":"track","name":"A","occurred_at":"2026-01-02T03:04:05Z","arrived_at":"2026-01-02T03:04:05Z","source":"web"}]}'))
      .toMatchObject({ counts: {}, threshold: 1, ledger: { offered: 0 }, events: [{ segment_received_at: null, traces: [], nodes: [], properties: {}, flags: [] }] });
  });

  it("ENG-20: a frame that is wrong is a problem that names the place", () => {
    for (const [text, detail] of [["", ""], ["[]", "no known"], ['{"op":"toString"}', "no known"], ['{"op":"gap","from":1,"to":""}', "gap.from is not text"],
      ['{"op":"batch","from":"","position":"","counts":{"a":-1}}', "batch.counts.a is not a count"]] as const) {
      const read = parseFrame(text);
      expect(isProblem(read) && read.detail).toContain(detail);
    }
    expect(parseFrame(" ".repeat(16_000_001))).toMatchObject({ code: "too_large" });
  });

  it("ENG-20: an event that is wrong is left out of its frame, the counts stay", () => {
    const read = checkFrame({ ...batch(0, [event("a"), event("a")]), events: [event("a"), { id: 7 }, null, event("b", { occurred_at: "never" })] });
    expect(read).toMatchObject({ counts: { a: 2 }, events: [{ nodes: ["a"] }] });
    expect(!isProblem(read) && read.op === "batch" && read.events.length).toBe(1);
  });

  it("ENG-20: a message of the tap is checked, and cannot say which nodes it lights", () => {
    expect(checkTap({ ...heard("A"), nodes: ["a"] })).not.toHaveProperty("nodes");
    const plain = heard("A", { reason: "r", traits: { x: 1 }, page: "p" });
    expect(checkTap(structuredClone(plain))).toEqual(plain);
    for (const wrong of [null, [], { ...heard("A"), messageId: "" }, { ...heard("A"), stage: "sent" }, { ...heard("A"), occurredAt: NaN }, { ...heard("A"), traits: 7 }, { ...heard("A"), properties: { deep: { er: 1 } } }])
      expect(isProblem(checkTap(wrong))).toBe(true);
  });

  it("ENG-20: a huge message of a page is refused, and says so", () => {
    expect(checkTap(heard("A", { properties: Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`p${n}`, "x".repeat(10_000)])) }))).toMatchObject({ code: "too_large" });
  });

  it("ENG-20: no text from the wire makes the engine throw", () => {
    const piece = fc.constantFrom("op", "batch", "hello", "gap", "beat", "from", "position", "counts", "events", "ledger", "__proto__", "e.0", "e.1", "a");
    const garbage = fc.oneof(fc.string(), fc.json(), fc.dictionary(piece, fc.oneof(piece, fc.jsonValue({ maxDepth: 3 }))).map((value) => JSON.stringify(value)),
      fc.tuple(fc.constantFrom<unknown>(hello(), batch(0, [event("a")])), piece, fc.jsonValue()).map(([frame, key, value]) => JSON.stringify({ ...(frame as object), [key]: value })));
    fc.assert(fc.property(fc.array(garbage, { maxLength: 8 }), (texts) => {
      let state = after([on()]);
      for (const [n, text] of texts.entries()) {
        const frame = parseFrame(text);
        if (!isProblem(frame)) state = reduce(state, { kind: "frame", at: T0 + n, frame });
        const message = checkTap(readJson(text));
        if (!isProblem(message)) state = reduce(state, { kind: "tap", at: T0 + n, message });
      }
      expect(state.graph?.name).toBe(GRAPH.name);
    }), { numRuns: 300 });
  });
});
