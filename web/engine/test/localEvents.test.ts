import { describe, expect, it } from "vitest";
import { LOCAL, REMOTE } from "../src/dedupe.ts";
import { calledAt, isEarly } from "../src/localEvents.ts";
import { feed } from "../src/select/feed.ts";
import { ledger, nodeLight, totals } from "../src/select/totals.ts";
import { trace, traceCounts } from "../src/select/traces.ts";
import { unmappedNames } from "../src/select/unmapped.ts";
import { after, batch, event, frame, heard, listener, on, T0, tap } from "./support.ts";

describe("called", () => {
  it("TAP-10: a call was made when its tap says, else when the page saw it, else when its id or the message itself says", () => {
    expect(calledAt(heard("A", { calledAt: 7, at: 9 }))).toBe(7);
    expect(calledAt(heard("A", { at: 9 }))).toBe(9);
    expect(calledAt(heard("A", { stage: "delivered", at: 9, messageId: `ajs-next-${T0}-0a1b`, occurredAt: 5 }))).toBe(T0);
    expect(calledAt(heard("A", { stage: "failed", at: 9, messageId: "ajs-next-0123456789abcdef0123456789abcdef", occurredAt: 5 }))).toBe(5);
  });

  it("TAP-10: however late a retry comes, a call of before On is early; one that is here, or was made since, is not", () => {
    const known = heard("A"), carried = event("a");
    const state = after([on("local"), on("remote"), tap(1, known), frame(2, batch(0, [carried]))]);
    const early = (more: Parameters<typeof heard>[1]): boolean => isEarly(state, heard("A", { at: T0 + 60_000, ...more }));
    for (const stage of ["enriched", "failed", "delivered", "dropped"] as const) {
      expect(early({ stage, calledAt: T0 - 1 })).toBe(true);
      expect(early({ stage, messageId: `ajs-next-${T0 - 1}-x` })).toBe(true);
      expect(early({ stage, messageId: `ajs-next-${T0}-x`, occurredAt: Date.UTC(2020) })).toBe(false);
      expect(early({ stage, calledAt: T0 - 1, messageId: known.messageId })).toBe(false);
      expect(early({ stage, calledAt: T0 - 1, messageId: carried.id })).toBe(false);
    }
    expect(early({ calledAt: T0 - 1, replaces: known.messageId })).toBe(false);
    expect(early({ calledAt: T0 - 1, replaces: "tap-unheard" })).toBe(true);
  });
});

describe("hear", () => {
  it("ENG-3: the local lane alone matches by the graph's own table", () => {
    const out = listener();
    const state = after([on("local"), tap(1, heard("A")), tap(2, heard("B")), tap(3, heard("B", { properties: { device: "mobile" } })), tap(4, heard("Z"))], {}, out);
    expect(out.hits).toMatchObject([{ node: "a", token: "local1", count: 1 }, { node: "b" }]);
    expect(totals(state, T0 + 5)).toMatchObject({ count: 4, mapped: 2, unmapped: 2, mappedShare: 0.5 });
    expect(unmappedNames(state, T0 + 14).names.map((one) => [one.name, one.count, one.age])).toEqual([["B", 1, 12], ["Z", 1, 10]]);
  });

  it("ENG-3: stages of one message are its way, not further events", () => {
    const one = heard("A");
    const state = after([on("local"), tap(1, one), tap(5, { ...one, stage: "enriched" }), tap(90, { ...one, stage: "failed", reason: "offline" }), tap(200, { ...one, stage: "delivered" })]);
    expect(totals(state, T0).count).toBe(1);
    expect(feed(state, { start: 0, count: 1 }).rows[0]?.way).toEqual({ called: T0 + 1, enriched: T0 + 5, failed: T0 + 90, delivered: T0 + 200, reason: "offline" });
  });

  it("ENG-3: the same message by both lanes lights once, its row shows both, and both tokens are one trace", () => {
    for (const localFirst of [true, false]) {
      const one = event("a"), local = tap(1, heard("A", { messageId: one.id })), remote = frame(2, batch(0, [one])), out = listener();
      const state = after([on("local"), on("remote"), ...(localFirst ? [local, remote] : [remote, local])], {}, out);
      expect(out.hits).toHaveLength(1);
      expect(nodeLight(state, "a", T0).count).toBe(1);
      expect(feed(state, { start: 0, count: 9 })).toMatchObject({ total: 1, rows: [{ lanes: LOCAL | REMOTE, arrivedAt: T0, way: { called: T0 + 1 } }] });
      expect(traceCounts(state).seen).toBe(1);
      expect(trace(state, "local1")).toEqual(trace(state, "t1"));
      expect(ledger(state)).toMatchObject({ localEvents: 1, pendingLocal: 0, duplicates: 0 });
    }
  });

  it("ENG-3: an event on its way waits, and counts", () => {
    const state = after([on("local"), on("remote"), tap(1, heard("A")), frame(2, batch(0, [event("a")]))]);
    expect(nodeLight(state, "a", T0).count).toBe(2);
    expect(ledger(state)).toMatchObject({ localEvents: 1, pendingLocal: 1 });
  });

  it("MAT-9: an unmapped message tells near misses to the traces", () => {
    const state = after([on("local"), tap(1, heard("a")), tap(2, heard("B", { properties: { device: "desktop" } }))]);
    expect([...(state.accumulation.traces?.near.keys() ?? [])]).toEqual(["a", "b"]);
  });

  it("ENG-3: the page's clock times the stages if it is sent", () => {
    const one = heard("A", { at: T0 - 40 });
    const state = after([on("local"), tap(1, one), tap(5, { ...one, stage: "delivered", at: T0 - 10 }), tap(9, { ...one, stage: "enriched", at: T0 - 30 })]);
    expect(feed(state, { start: 0, count: 1 }).rows[0]).toMatchObject({ at: T0 + 1, way: { called: T0 - 40, enriched: T0 - 30, delivered: T0 - 10 } });
  });

  it("TAP-9: a page that uses another's message id does not join its trace", () => {
    for (const localFirst of [true, false]) {
      const one = event("a"), local = tap(1, heard("A", { messageId: one.id, type: "page" })), remote = frame(2, batch(0, [one]));
      const state = after([on("local"), on("remote"), ...(localFirst ? [local, remote] : [remote, local])]);
      expect(trace(state, "local1")).not.toEqual(trace(state, "t1"));
      expect(nodeLight(state, "a", T0).count).toBe(1);
    }
  });
});
