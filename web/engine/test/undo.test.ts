import { expect, it } from "vitest";
import { ledger } from "../src/select/ledger.ts";
import { nodeLight, totals } from "../src/select/light.ts";
import { after, batch, event, frame, heard, on, T0, tap } from "./support.ts";

it("ENG-13: Undo brings frames, gaps and local messages together, and there is one step only", () => {
  const state = after([on(), on("local"), frame(1, batch(0, [event("a")])), tap(2, heard("A")), { kind: "clear", at: T0 + 3 },
    frame(4, batch(1, [event("a"), event("a")])), frame(5, { op: "gap", from: "e.3", to: "e.5", missed: 2, reason: "" }), tap(6, heard("B", { properties: { device: "mobile" } })),
    { kind: "undo", at: T0 + 7 }, { kind: "undo", at: T0 + 8 }]);
  expect([nodeLight(state, "a", T0).count, nodeLight(state, "b", T0).count, totals(state, T0).count]).toEqual([3 + 1, 1, 5]);
  expect(ledger(state)).toMatchObject({ balances: true, duplicates: 0, waiting: 2, missed: { exact: 2 } });
});

it("ENG-4: what was heard before Clear is no event after it", () => {
  const one = event("a");
  const state = after([on(), frame(1, batch(0, [one])), { kind: "clear", at: T0 + 3 }, frame(4, batch(1, [one]))]);
  expect([state.kept.duplicates, state.kept.view.rows]).toEqual([1, []]);
});

it("ENG-13: nothing was cleared, nothing comes back", () => {
  expect(totals(after([on(), frame(1, batch(0, [event("a")])), { kind: "undo", at: T0 }]), T0).count).toBe(1);
});
