import { describe, expect, it } from "vitest";
import { ledger, nodeLight, posture, totals } from "../../src/select/totals.ts";
import { initialState } from "../../src/state.ts";
import { after, batch, event, frame, hello, on, T0 } from "../support.ts";

describe("light", () => {
  it("ENG-5: a node's light fades with the picture's clock, and a node that never fired is dark", () => {
    const state = after([on(), frame(0, batch(0, [event("a"), event("a")]))]);
    const now = nodeLight(state, "a", T0), later = nodeLight(state, "a", T0 + 8000);
    expect(now).toMatchObject({ count: 2, lastAt: T0, of: null, rate: 2 });
    expect(later.heat).toBeLessThan(now.heat / 30);
    expect(later.glow).toBeCloseTo(0.45 / 4);
    expect(nodeLight(state, "c", T0)).toEqual({ count: 0, rate: 0, heat: 0, level: 0, glow: 0, lastAt: null, of: null, all: 0, tests: 0, testAt: null });
  });

  it("ENG-11: identity messages are no part of the share of mapped events, and an event of such a name is", () => {
    const who = event("", { type: "identify", name: "identify" });
    const state = after([on(), frame(0, batch(0, [who]))]);
    expect(totals(state, T0)).toMatchObject({ count: 1, mapped: 0, unmapped: 0, identity: 1, mappedShare: null });
    const more = after([on(), frame(0, batch(0, [who, event("a"), event(""), event("", { name: "delete" })]))]);
    expect(totals(more, T0)).toMatchObject({ count: 4, mapped: 1, unmapped: 2, identity: 1, mappedShare: 1 / 3 });
  });

  it("ENG-5: the strip counts each event once, however many nodes it lit", () => {
    const state = after([on(), frame(0, batch(0, [event("a b c"), event("")]))]);
    expect(totals(state, T0)).toMatchObject({ count: 2, mapped: 1, unmapped: 1, mappedShare: 0.5, pending: 0, filtered: null });
    expect(totals(state, T0).sparkline).toHaveLength(60);
  });
});

describe("ledger", () => {
  it("ENG-2: the ledger of a session sums, and says what came twice", () => {
    const one = event("a");
    const state = after([on(), frame(0, hello()), frame(1, batch(0, [one, event("")])), frame(2, batch(2, [one]))]);
    expect(ledger(state)).toMatchObject({ view: { offered: 3, lit: 2, unmapped: 1, carried: 3 }, balances: true, duplicates: 1, repeats: 0, misfits: 0, localEvents: 0, pendingLocal: 0, doors: [] });
  });

  it("PIC-49: only a source that was over its rate since On is listed", () => {
    const door = { received: 5, refused: {}, rate_limited: 5, unwatched: 0, duplicate: 0, taken: 0 };
    const beat = { op: "beat" as const, now: "", position: "e.0", ledger: { web: { ...door, received: 9, rate_limited: 9 }, app: { ...door, rate_limited: 0, taken: 5 } } };
    const state = after([on(), frame(0, { ...hello(), ledger: { web: door } }), frame(1, beat)]);
    expect(posture(state).limited).toEqual([{ source: "web", events: 4 }]);
  });

  it("ENG-2: without a remote lane there is no policy to tell", () => {
    expect(posture(initialState())).toEqual({ policy: null, sampling: 1, threshold: 1, thinned: false, sampled: false, thinnedAt: null, imposedAt: 0, limited: [] });
  });
});
