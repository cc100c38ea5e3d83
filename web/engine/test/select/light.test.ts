import { expect, it } from "vitest";
import { nodeLight, totals } from "../../src/select/light.ts";
import { after, batch, event, frame, on, T0 } from "../support.ts";

it("ENG-5: a node's light fades with the picture's clock, and a node that never fired is dark", () => {
  const state = after([on(), frame(0, batch(0, [event("a"), event("a")]))]);
  const now = nodeLight(state, "a", T0), later = nodeLight(state, "a", T0 + 8000);
  expect(now).toMatchObject({ count: 2, lastAt: T0, carried: false, rate: 2 });
  expect(later.heat).toBeLessThan(now.heat / 30);
  expect(later.glow).toBeCloseTo(0.45 / 4);
  expect(nodeLight(state, "c", T0)).toEqual({ count: 0, rate: 0, heat: 0, level: 0, glow: 0, lastAt: null, carried: false });
});

it("ENG-11: messages that say who somebody is are no part of the share of mapped events, and an event of such a name is", () => {
  const who = event("", { type: "identify", name: "identify" });
  const state = after([on(), frame(0, batch(0, [who]))]);
  expect(totals(state, T0)).toMatchObject({ count: 1, mapped: 0, unmapped: 0, who: 1, mappedShare: null });
  const more = after([on(), frame(0, batch(0, [who, event("a"), event(""), event("", { name: "delete" })]))]);
  expect(totals(more, T0)).toMatchObject({ count: 4, mapped: 1, unmapped: 2, who: 1, mappedShare: 1 / 3 });
});

it("ENG-6: the strip counts each event once, whatever it lit", () => {
  const state = after([on(), frame(0, batch(0, [event("a b c"), event("")]))]);
  expect(totals(state, T0)).toMatchObject({ count: 2, mapped: 1, unmapped: 1, mappedShare: 0.5, waiting: 0, filtered: null });
  expect(totals(state, T0).sparkline).toHaveLength(60);
});
