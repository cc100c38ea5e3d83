import { expect, it } from "vitest";
import { calledAt, isEarly } from "../src/called.ts";
import { after, batch, event, frame, heard, on, T0, tap } from "./support.ts";

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
