import { expect, it } from "vitest";
import { overdue } from "../../src/select/overdue.ts";
import { after, batch, event, frame, heard, on, T0, tap } from "../support.ts";

it("TAP-13: what left the page and has not arrived within the time is listed, newest first, with what failed or was dropped", () => {
  const arrived = event("a"), lost = heard("A"), failed = heard("A"), dropped = heard("A"), fresh = heard("A");
  const left = (at: number, message: typeof lost) => tap(at, { ...message, stage: "delivered" });
  const state = after([on("local"), on("remote"), tap(0, lost), left(1, lost), tap(2, heard("A", { messageId: arrived.id, stage: "delivered" })), frame(3, batch(0, [arrived])),
    tap(4, { ...failed, stage: "failed", reason: "offline" }), tap(5, { ...dropped, stage: "dropped" }), left(9000, fresh)]);
  expect(overdue(state, T0 + 10_000, 5000).map(({ row, how, age }) => [row.id, how, age])).toEqual([[dropped.messageId, "dropped", 9995], [failed.messageId, "failed", 9996], [lost.messageId, "lost", 9999]]);
  expect(overdue(state, T0 + 10_000, 5000, 1)).toHaveLength(1);
});

it("TAP-13: without the remote lane nothing can be missing", () => {
  expect(overdue(after([on("local"), tap(0, heard("A", { stage: "delivered" }))]), T0 + 99_999, 1000)).toEqual([]);
});

it("TAP-13: what was called and never left is listed: at once if the page says why, else after the time", () => {
  const silent = heard("A"), reported = heard("A", { reason: "the SDK has not loaded" }), ready = heard("A");
  const state = after([on("local"), tap(0, silent), tap(1, reported), tap(2, ready), tap(3, { ...ready, stage: "enriched" })]);
  const of = (at: number) => overdue(state, T0 + at, 5000).map(({ row, how, age }) => [row.id, how, age]);
  expect(of(10)).toEqual([[reported.messageId, "unsent", 9]]);
  expect(of(6000)).toEqual([[reported.messageId, "unsent", 5999], [silent.messageId, "unsent", 6000]]);
});
