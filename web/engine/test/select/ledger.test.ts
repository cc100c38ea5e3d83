import { expect, it } from "vitest";
import { ledger, posture } from "../../src/select/ledger.ts";
import { initial } from "../../src/state.ts";
import { after, batch, event, frame, hello, on } from "../support.ts";

it("ENG-9: the ledger of a session sums, and says what came twice", () => {
  const one = event("a");
  const state = after([on(), frame(0, hello()), frame(1, batch(0, [one, event("")])), frame(2, batch(2, [one]))]);
  expect(ledger(state)).toMatchObject({ view: { offered: 3, lit: 2, unmapped: 1, carried: 3 }, balances: true, duplicates: 1, repeats: 0, misfits: 0, heard: 0, waiting: 0, doors: [] });
});

it("PIC-49: a source that was over its rate since On is told, and no other", () => {
  const door = { received: 5, refused: {}, rate_limited: 5, unwatched: 0, duplicate: 0, taken: 0 };
  const beat = { op: "beat" as const, now: "", position: "e.0", ledger: { web: { ...door, received: 9, rate_limited: 9 }, app: { ...door, rate_limited: 0, taken: 5 } } };
  const state = after([on(), frame(0, { ...hello(), ledger: { web: door } }), frame(1, beat)]);
  expect(posture(state).limited).toEqual([{ source: "web", events: 4 }]);
});

it("ENG-2: without a remote lane there is no policy to tell", () => {
  expect(posture(initial())).toEqual({ policy: null, sampling: 1, threshold: 1, thinned: false, sampled: false, thinnedAt: null, imposedAt: 0, limited: [] });
});
