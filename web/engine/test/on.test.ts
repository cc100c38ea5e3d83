import { expect, it } from "vitest";
import { totals } from "../src/select/light.ts";
import { feed } from "../src/select/feed.ts";
import { reduce } from "../src/reduce.ts";
import { after, batch, event, frame, GRAPH, heard, on, T0, tap } from "./support.ts";

it("ENG-16: Off keeps what was collected, the next On begins anew", () => {
  const state = after([on(), frame(0, batch(0, [event("a")])), { kind: "off", at: T0 }]);
  expect([state.lanes, totals(state, T0).count, feed(state, { start: 0, count: 1 }).total]).toEqual([[], 1, 1]);
  reduce(state, { kind: "on", at: T0 + 9, session: "s1", position: "e.1", graph: GRAPH, lane: "remote" });
  expect([state.lanes, totals(state, T0).count, state.startedAt, state.undo]).toEqual([["remote"], 0, T0 + 9, null]);
});

it("ENG-16: Off shows what a pause held, and its clock runs again", () => {
  const state = after([on(), { kind: "pause", at: T0 }, frame(5, batch(0, [event("a")])), { kind: "off", at: T0 + 9 }]);
  expect([state.clock.frozenAt, state.held.waiting, totals(state, T0 + 9).count]).toEqual([null, 0, 1]);
});

it("ENG-16: On under the session that is on adds a lane to it; another session begins anew", () => {
  const state = after([on("local"), tap(0, heard("A")), on("remote"), on("remote")]);
  expect([state.lanes, state.position, totals(state, T0).count]).toEqual([["local", "remote"], "e.0", 1]);
  reduce(state, { kind: "off", at: T0, lane: "local" });
  expect(state.lanes).toEqual(["remote"]);
  expect(totals(after([on("local"), tap(0, heard("A")), on("remote", { session: "s2" })]), T0).count).toBe(0);
});

it("ENG-14: a filter typed before On holds after it", () => {
  const state = after([{ kind: "filter", at: T0, text: "node:a-id" }, on(), frame(0, batch(0, [event("a"), event("b")]))]);
  expect(feed(state, { start: 0, count: 9 }).rows.map((row) => row.nodes)).toEqual([["a"]]);
});
