import { expect, it } from "vitest";
import { restore } from "../src/restore.ts";
import { nodeLight, totals } from "../src/select/light.ts";
import { snapshot } from "../src/snapshot.ts";
import { initial } from "../src/state.ts";
import { after, batch, event, frame, on, T0 } from "./support.ts";

it("ENG-18: a state before any On comes back as such", () => {
  expect(restore(snapshot(initial(), 10_000))).toMatchObject({ lanes: [], session: "", graph: null });
});

it("ENG-18: smaller bounds than before are kept to", () => {
  const state = after([on(), ...[0, 1, 2, 3].map((n) => frame(n, batch(n, [event("a")])))]);
  const again = restore(snapshot(state, 1e6), { ring: 2 });
  expect([again?.kept.ring.end, again?.kept.ring.start]).toEqual([4, 2]);
  expect(again === null ? 0 : totals(again, T0).count).toBe(4);
});

it("ENG-6, ENG-18: rates of the last seconds come back from the rows", () => {
  const state = after([on(), frame(0, batch(0, [event("a"), event("a")]))]);
  const again = restore(snapshot(state, 1e6));
  expect(again === null ? null : nodeLight(again, "a", T0 + 1000).rate).toBe(2);
});
