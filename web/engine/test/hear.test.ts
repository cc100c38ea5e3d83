import { expect, it } from "vitest";
import { ledger } from "../src/select/ledger.ts";
import { feed } from "../src/select/feed.ts";
import { nodeLight, totals } from "../src/select/light.ts";
import { trace, traceCounts } from "../src/select/traces.ts";
import { unmappedNames } from "../src/select/unmapped.ts";
import { LOCAL, REMOTE } from "../src/seen.ts";
import { after, batch, event, frame, heard, listener, on, T0, tap } from "./support.ts";

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
    expect(ledger(state)).toMatchObject({ heard: 1, waiting: 0, duplicates: 0 });
  }
});

it("ENG-3: an event on its way waits, and counts", () => {
  const state = after([on("local"), on("remote"), tap(1, heard("A")), frame(2, batch(0, [event("a")]))]);
  expect(nodeLight(state, "a", T0).count).toBe(2);
  expect(ledger(state)).toMatchObject({ heard: 1, waiting: 1 });
});

it("ENG-23: an unmapped message tells near misses to the traces", () => {
  const state = after([on("local"), tap(1, heard("a")), tap(2, heard("B", { properties: { device: "desktop" } }))]);
  expect([...(state.kept.traces?.near.keys() ?? [])]).toEqual(["a", "b"]);
});

it("ENG-3: the page's clock times the stages where it is told", () => {
  const one = heard("A", { at: T0 - 40 });
  const state = after([on("local"), tap(1, one), tap(5, { ...one, stage: "delivered", at: T0 - 10 }), tap(9, { ...one, stage: "enriched", at: T0 - 30 })]);
  expect(feed(state, { start: 0, count: 1 }).rows[0]).toMatchObject({ at: T0 + 1, way: { called: T0 - 40, enriched: T0 - 30, delivered: T0 - 10 } });
});

it("TAP-12: a page that says another's message id joins nobody's traces by it", () => {
  for (const localFirst of [true, false]) {
    const one = event("a"), local = tap(1, heard("A", { messageId: one.id, type: "page" })), remote = frame(2, batch(0, [one]));
    const state = after([on("local"), on("remote"), ...(localFirst ? [local, remote] : [remote, local])]);
    expect(trace(state, "local1")).not.toEqual(trace(state, "t1"));
    expect(nodeLight(state, "a", T0).count).toBe(1);
  }
});
