import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isProblem } from "../src/problem.ts";
import { reduce } from "../src/reduce.ts";
import { checkFrame, checkGraph, checkTap, isUnknownFrame, parseFrame, readJson } from "../src/validation.ts";
import { after, batch, event, GRAPH, heard, hello, on, T0 } from "./support.ts";

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

  it("ENG-20: a frame of a kind that a later version added is distinguished from one that cannot be read", () => {
    for (const one of [{ op: "later" }, { op: "toString" }]) expect([isUnknownFrame(one), isProblem(checkFrame(one))]).toEqual([true, true]);
    for (const one of [null, [], {}, { op: 7 }, { op: "batch" }, { op: "bye" }]) expect(isUnknownFrame(one)).toBe(false);
  });

  it("ENG-20: flags and values that a later version added are let be", () => {
    const one = { ...event("a"), flags: ["later"], revealed: 7, later: {}, properties: { a: [1, null, "x", true] } };
    expect(checkFrame(structuredClone({ ...batch(0, []), events: [one] }))).toMatchObject({ events: [one] });
    for (const properties of [{ a: { b: 1 } }, { a: [[1]] }, []]) expect(checkFrame({ ...batch(0, []), events: [{ ...event("a"), properties }] })).toMatchObject({ events: [] });
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

describe("graphs", () => {
  it("ENG-20: a graph is taken as the wire has it, and defaults are filled in", () => {
    expect(checkGraph(structuredClone(GRAPH))).toEqual(GRAPH);
    expect(checkGraph({ name: "g", version: "1", nodes: [{ uuid: "a" }], edges: [{ uuid: "e", source: "a", target: "a" }] }))
      .toMatchObject({ file: "", listens: [], nodes: [{ type: "normal", dark: "", x: null }], edges: [{ source_face: "right", p: null }] });
  });

  it("ENG-20: what is no graph is a problem that names the place", () => {
    const wrong = checkGraph({ name: "g", version: "1", nodes: [{ uuid: 7 }] });
    expect(isProblem(wrong) && wrong.detail).toBe("graph.nodes[0].uuid is not text");
    fc.assert(fc.property(fc.jsonValue(), (value) => { checkGraph(value); }));
  });

  it("ENG-20: a word that a later version added reads as its field's default, and is refused if there is none", () => {
    expect(checkGraph({ name: "g", version: "1", nodes: [{ uuid: "a", type: "new" }] })).toMatchObject({ nodes: [{ type: "normal" }] });
    expect(checkFrame({ ...hello(), posture: { filtered: "elsewhere" } })).toMatchObject({ posture: { filtered: "server", sample: 1 } });
    expect(checkGraph({ name: "g", version: "1", listens: [{ node: "a", label: "", event_id: "", names: [], rule: "new" }] })).toMatchObject({ detail: "graph.listens[0].rule is not one of amplitude, event_id, segment" });
    expect(isProblem(checkGraph({ name: "g", version: "1", nodes: [{ uuid: "a", type: 7 }] }))).toBe(true);
  });
});
