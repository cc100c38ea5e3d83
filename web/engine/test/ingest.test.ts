import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Action, SILENT } from "../src/actions.ts";
import { applyBatch, applyGap, ingestEvents } from "../src/ingest.ts";
import { isProblem } from "../src/problem.ts";
import { feed } from "../src/select/feed.ts";
import { overdue } from "../src/select/overdue.ts";
import { nodeLight, totals } from "../src/select/totals.ts";
import { trace, traceCounts } from "../src/select/traces.ts";
import { unmappedNames } from "../src/select/unmapped.ts";
import { readSessionLog, writeSessionLog } from "../src/sessionLogFile.ts";
import type { State } from "../src/state.ts";
import { after, batch, event, frame, GRAPH, heard, listener, on, T0, tap } from "./support.ts";

describe("relabel", () => {
  function counts(state: State): object {
    const { count, mapped, unmapped } = totals(state, T0);
    const names = Object.fromEntries(unmappedNames(state, T0).names.map((one) => [one.name, one.count]));
    return { a: nodeLight(state, "a", T0).count, c: nodeLight(state, "c", T0).count, names, count, mapped, unmapped, rows: feed(state, { start: 0, count: 99 }).rows.map(({ name }) => name).sort() };
  }

  const NAMES = ["A", "C", "Y", "Z"];
  const nodesOf = (name: string): string => (name === "A" || name === "C" ? name.toLowerCase() : "");

  /** One message: the name it was called by, the one it left under, and what of it came, by which lane. */
  const way = fc.record({ called: fc.constantFrom(...NAMES), left: fc.constantFrom(...NAMES), stages: fc.subarray(["enriched", "delivered"] as const), remote: fc.boolean() });

  it("ENG-3: a message that was renamed is one row, one node and one count, under the name it left by, whether the local or the remote one is first", () => {
    fc.assert(fc.property(fc.array(way, { maxLength: 6 }), fc.array(fc.nat(), { minLength: 30, maxLength: 30 }), fc.boolean(), (ways, turns, cleared) => {
      let position = 0;
      const lines = ways.map(({ called, left, stages, remote }, n): (() => Action)[] => {
        const one = heard(called, { messageId: `w${n}` }), last = { ...one, name: left, names: [left] };
        const local = [() => tap(1, one), ...stages.map((stage) => () => tap(2, { ...last, stage }))];
        const twin = (): Action => frame(3, batch(position++, [event(nodesOf(left), { id: one.messageId, name: left })]));
        if (remote) local.splice((turns[n] ?? 0) % (local.length + 1), 0, twin);
        return local;
      });
      const inputs: Action[] = [on("local"), on("remote")];
      for (const turn of turns) {
        const open = lines.filter((line) => line.length > 0);
        const next = open[turn % Math.max(1, open.length)]?.shift();
        if (next) inputs.push(next());
      }
      for (const line of lines) for (const next of line) inputs.push(next());
      if (cleared) inputs.splice(2 + ((turns[29] ?? 0) % (inputs.length - 1)), 0, { kind: "filter", at: T0, text: "name:A" }, { kind: "filter", at: T0, text: "" });
      const names = ways.map(({ called, left, stages, remote }) => (stages.length > 0 || remote ? left : called));
      const plain = after([on("local"), ...names.map((name, n) => tap(n, heard(name)))]);
      const state = after(inputs);
      expect(counts(state)).toEqual(counts(plain));
      const read = readSessionLog(writeSessionLog(state));
      if (isProblem(read)) throw new Error(read.detail);
      expect(counts(after([on("replay", { position: "", graph: GRAPH }), ...read.frames]))).toEqual(counts(plain));
    }), { numRuns: 60 });
  });

  it("ENG-3: a node that a renamed message never lit is dark again, and the row says both names", () => {
    const one = heard("A"), out = listener();
    const state = after([on("local"), tap(1, one), tap(5, { ...one, name: "Z", names: ["Z"], stage: "enriched" })], {}, out);
    expect(nodeLight(state, "a", T0 + 9)).toMatchObject({ count: 0, lastAt: null, heat: 0, rate: 0 });
    expect(feed(state, { start: 0, count: 1 }).rows[0]).toMatchObject({ name: "Z", nodes: [], way: { as: "A", called: T0 + 1, enriched: T0 + 5 } });
    expect(trace(state, "local1")?.steps.map((step) => step.name)).toEqual(["Z"]);
    const lit = after([on("local"), tap(1, heard("A")), tap(2, { ...one, messageId: "m" }), tap(5, { ...one, messageId: "m", name: "Z", names: ["Z"], stage: "enriched" })]);
    expect(nodeLight(lit, "a", T0 + 9)).toMatchObject({ count: 1, lastAt: T0 + 1 });
  });

  it("ENG-3: properties that a plugin adds decide the filters, and are shown", () => {
    const one = heard("B");
    const state = after([on("local"), tap(1, one), tap(2, { ...one, stage: "enriched", properties: { device: "mobile" } })]);
    expect(nodeLight(state, "b", T0).count).toBe(1);
    expect(unmappedNames(state, T0).names).toEqual([]);
    expect(feed(state, { start: 0, count: 1 }).rows[0]).toMatchObject({ properties: { device: "mobile" }, nodes: ["b"] });
  });

  it("TAP-2: an early call that the SDK takes after all is one event, at its own time, in its visitor's trace", () => {
    const early = heard("A", { messageId: "tap-1", occurredAt: T0 + 5, traces: [], reason: "the SDK has not loaded" });
    const ingested = heard("A", { occurredAt: T0 + 5, replaces: "tap-1" }), twin = event("a", { id: ingested.messageId });
    const inputs: Record<string, readonly Action[]> = {
      "local alone": [tap(1, early), tap(2, ingested)],
      "the twin last": [tap(1, early), tap(2, ingested), frame(3, batch(0, [twin]))],
      "the twin first": [tap(1, early), frame(2, batch(0, [twin])), tap(3, ingested)],
      "with stages": [tap(1, early), tap(2, ingested), tap(3, { ...ingested, stage: "enriched" }), frame(4, batch(0, [twin])), tap(5, { ...ingested, stage: "delivered" })],
      "told again": [tap(1, early), tap(2, ingested), tap(3, early), tap(4, ingested)],
    };
    for (const [words, some] of Object.entries(inputs)) {
      const state = after([on("local"), on("remote"), ...some]);
      expect([words, counts(state)]).toEqual([words, { a: 1, c: 0, names: {}, count: 1, mapped: 1, unmapped: 0, rows: ["A"] }]);
      const [row] = feed(state, { start: 0, count: 9 }).rows;
      expect(row).toMatchObject({ id: ingested.messageId });
      expect(row?.way?.reason).toBeUndefined();
      expect(traceCounts(state).seen).toBe(1);
      expect(trace(state, "local1")?.steps.map((step) => step.name)).toEqual(["A"]);
      expect(overdue(state, T0 + 90_000, 60_000)).toMatchObject(words === "with stages" || words.startsWith("the twin") ? [] : [{ how: "unsent" }]);
    }
  });
});

describe("carry", () => {
  it("ENG-3: what was carried is counted per node and name, twins and duplicates apart", () => {
    const twin = event("a"), state = after([on(), on("local"), tap(0, heard("A", { messageId: twin.id }))]), out = listener();
    const reported = ingestEvents(state, [twin, event("a b"), event(""), twin], T0, false, out);
    expect([...reported.carried]).toEqual([["a", 3], ["b", 1]]);
    expect([...reported.twins]).toEqual([["a", 1]]);
    expect(reported).toMatchObject({ eventTwins: 1, mappedTwins: 1, mappedCarried: 3, rows: [0, 1, 2, 0] });
    expect([...reported.samples]).toEqual([["Unheard", 2]]);
    expect(state.accumulation.duplicates).toBe(1);
    expect(out.hits.map((hit) => hit.node)).toEqual(["a", "b"]);
    expect(feed(state, { start: 0, count: 9 }).total).toBe(3);
  });

  it("ENG-5: steps of traces are passed to the picture", () => {
    const state = after([on()]), out = listener();
    ingestEvents(state, [event("a"), event("b", { occurred_at: new Date(T0 + 5).toISOString() })], T0, false, out);
    expect(out.steps).toMatchObject([{ token: "t1", from: "a", to: "b", edges: ["ab"], jump: false, at: T0 }]);
  });
});

describe("apply", () => {
  it("ENG-2: counts are the frame's, the sparkline and the rate go by events", () => {
    const state = after([on()]);
    applyBatch(state, batch(0, [event("a b"), event("a"), event("")], 1), T0 + 500, SILENT);
    applyGap(state, { op: "gap", from: "e.3", to: "e.5", missed: 2, reason: "" }, T0);
    expect([nodeLight(state, "a", T0 + 500).count, nodeLight(state, "b", T0 + 500).count]).toEqual([2, 1]);
    expect(totals(state, T0 + 1000)).toMatchObject({ count: 3, rate: 3, mapped: 2, unmapped: 1 });
    expect(totals(state, T0 + 500).sparkline.at(-1)).toBe(3);
  });

  it("ENG-11: names are counted by the frame, and the last carried one is the sample", () => {
    const state = after([on()]), one = event("", { properties: { n: 1 } });
    applyBatch(state, { ...batch(0, [one, event("")], 1), other: 4 }, T0, SILENT);
    expect(unmappedNames(state, T0)).toMatchObject({ other: 4, names: [{ name: "Unheard", count: 2, firstAt: T0, sample: { id: one.id, properties: { n: 1 } } }] });
  });
});
