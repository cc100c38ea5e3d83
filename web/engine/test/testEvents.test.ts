/** Test events light their node, and are in no other figure: on every road of the engine. */
import { describe, expect, it } from "vitest";
import type { Action } from "../src/actions.ts";
import { isProblem } from "../src/problem.ts";
import { coverage } from "../src/select/coverage.ts";
import { feed } from "../src/select/feed.ts";
import { ledger, nodeLight, totals } from "../src/select/totals.ts";
import { traceCounts } from "../src/select/traces.ts";
import { unmappedNames } from "../src/select/unmapped.ts";
import { readSessionLog, writeSessionLog } from "../src/sessionLogFile.ts";
import { restore, snapshot } from "../src/snapshot.ts";
import type { State } from "../src/state.ts";
import type { FrameEvent } from "../src/wire.gen.ts";
import { after, batch, event, frame, heard, listener, on, T0, tap } from "./support.ts";

const test = (nodes: string, more: Partial<FrameEvent> = {}): FrameEvent => event(nodes, { flags: ["test"], traces: [{ kind: "anonymousId", token: "tester" }], ...more });

/** What the screen says, but for the feed and the tests themselves. */
const shown = (state: State) => {
  const { tests: _, ...figures } = totals(state, T0 + 50);
  const light = (uuid: string) => { const { tests: __, testAt: ___, ...rest } = nodeLight(state, uuid, T0 + 50); return rest; };
  return { figures, a: light("a"), c: light("c"), covered: coverage(state).dark, traces: traceCounts(state), names: unmappedNames(state, T0 + 50).names.map(({ name, count }) => [name, count]), balances: ledger(state).balances, offered: ledger(state).view.offered };
};
const tests = (state: State) => [totals(state, T0).tests, nodeLight(state, "a", T0).tests, nodeLight(state, "c", T0).tests];

describe("test events", () => {
  const traffic = [event("a"), event("a"), event("", { name: "Other" })];
  const tried = [test("a"), test("c"), test("c"), test("", { name: "Other" }), test("", { name: "Tried" })];
  const mixed: readonly Action[] = [on(), frame(1, batch(0, [...traffic, ...tried]))];
  const plain = after([on(), frame(1, { ...batch(0, traffic), position: "e.8" })]);

  it("PIC-84: are counted apart: in no rate, total, share, trace or coverage, and the ledger balances without them", () => {
    const state = after(mixed);
    expect(shown(state)).toEqual(shown(plain));
    expect(tests(state)).toEqual([5, 1, 2]);
    expect(coverage(state).dark).toContain("c");
    expect(feed(state, { start: 0, count: 99 }).total).toBe(8);
  });

  it("PIC-84: light their node, marked as tests", () => {
    const out = listener();
    after(mixed, {}, out);
    expect(out.hits.map(({ node, test: is }) => `${node}${is === true ? " test" : ""}`)).toEqual(["a", "a", "a test", "c test", "c test"]);
    expect(out.steps).toEqual([]);
  });

  it("PIC-84: so too after a pause, a reload, in a saved log, and in a log that has summed its frames", () => {
    const more = [frame(2, batch(8, [test("c"), event("a")])), frame(3, batch(10, [event("a")]))];
    const base = after([on(), frame(1, batch(0, [...traffic, event("a"), event("a")]))]);
    const figures = (state: State) => [totals(state, T0).count, totals(state, T0).mapped, nodeLight(state, "a", T0).count, nodeLight(state, "c", T0).count, coverage(state).dark.includes("c"), tests(state)];
    const wanted = [totals(base, T0).count, totals(base, T0).mapped, 4, 0, true, [6, 1, 3]];
    const paused = after([on(), { kind: "pause", at: T0 }, ...mixed.slice(1), ...more, { kind: "resume", at: T0 + 9 }]);
    const tight = after([on(), { kind: "pause", at: T0 }, ...mixed.slice(1), ...more, { kind: "resume", at: T0 + 9 }], { paused: 1 });
    expect([figures(paused), figures(tight)]).toEqual([wanted, wanted]);
    for (const log of [60_000, 4]) {
      const lived = after([...mixed, ...more], { log });
      const back = restore(snapshot(lived, 1e6))!;
      expect(figures(back)).toEqual(wanted);
      for (const source of [lived, back]) {
        const read = readSessionLog(writeSessionLog(source));
        if (isProblem(read)) throw new Error(read.detail);
        expect(figures(after([on("replay", { position: "" }), ...read.frames]))).toEqual(wanted);
      }
    }
  });

  it("PIC-84: under a filter they are in neither number of “n of m”", () => {
    const state = after([...mixed, { kind: "filter", at: T0 + 4, text: "event:A" }, frame(5, batch(8, [test("a", { name: "A" }), event("a")]))]);
    expect(totals(state, T0).filtered).toMatchObject({ count: 3, of: 4 });
    expect(nodeLight(state, "a", T0)).toMatchObject({ count: 3, of: 3, all: 3, tests: 2 });
  });

  it("PIC-84: a page’s own call that turns out to be a test is no longer counted as traffic", () => {
    const call = heard("A");
    const state = after([on(), on("local"), tap(1, call), frame(2, batch(0, [test("a", { id: call.messageId, name: "A" })]))]);
    expect([totals(state, T0).count, nodeLight(state, "a", T0).count, tests(state)[0]]).toEqual([0, 0, 1]);
  });

  it("PIC-84: numbers in a log that are none change nothing", () => {
    const line = { ...batch(0, [event("a")]), tests: { "": -4, a: 1e99, c: "7", d: 0.5 } };
    const state = after([on("replay", { position: "" }), { kind: "frame", at: T0, frame: line as never }]);
    expect([totals(state, T0).count, tests(state)]).toEqual([1, [0, 0, 0]]);
  });
});

describe("a filter", () => {
  it("PIC-83: says n of m by node and in all, of the same events", () => {
    const phone = { properties: { device: "mobile" } };
    const state = after([on(), frame(1, batch(0, [event("a", phone), event("a"), event("c"), event("", phone)])), { kind: "filter", at: T0 + 2, text: "device:mobile" }, frame(3, batch(4, [event("c"), event("a", phone)]))]);
    expect(totals(state, T0 + 3).filtered).toMatchObject({ count: 3, of: 6 });
    expect([nodeLight(state, "a", T0), nodeLight(state, "c", T0)]).toMatchObject([{ count: 2, of: 3, all: 3 }, { count: 0, of: 2, all: 2 }]);
    expect(totals(after([on(), frame(1, batch(0, [event("a")]))]), T0).filtered).toBeNull();
  });

  it("PIC-83: what does not pass moves nothing", () => {
    const out = listener();
    after([on(), { kind: "filter", at: T0, text: "device:mobile" }, frame(1, batch(0, [event("a"), event("b")]))], {}, out);
    expect([out.hits, out.steps]).toEqual([[], []]);
  });
});

describe("ignored names", () => {
  it("PIC-87: are out of the share and counted apart; patterns have stars, and no pattern is slow", () => {
    const state = after([on(), frame(1, batch(0, [event("a"), event("", { name: "noise_1" }), event("", { name: "noise_2" }), event("", { name: "Other" })])), { kind: "ignore", at: T0 + 2, patterns: ["noise_*", "", "x".repeat(600)] }]);
    expect(totals(state, T0)).toMatchObject({ count: 4, mapped: 1, unmapped: 1, ignored: 2, mappedShare: 0.5 });
    expect(state.ignored).toEqual(["noise_*"]);
    const fits = (pattern: string, name: string): boolean => totals(after([on(), frame(1, batch(0, [event("", { name })])), { kind: "ignore", at: T0, patterns: [pattern] }]), T0).ignored === 1;
    expect([fits("*", "any"), fits("a*b*c", "a1b2c"), fits("a*b*c", "acb"), fits("Other", "other"), fits("a*a", "a"), fits("*".repeat(400), "a".repeat(5000))]).toEqual([true, true, false, false, false, true]);
  });
});
