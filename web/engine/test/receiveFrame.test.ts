import { describe, expect, it } from "vitest";
import { HISTORY, REMOTE } from "../src/dedupe.ts";
import { feed, rowOfMessage } from "../src/select/feed.ts";
import { ledger, nodeLight, posture, totals } from "../src/select/totals.ts";
import { recentTraces } from "../src/select/traces.ts";
import { writeSessionLog } from "../src/sessionLogFile.ts";
import { snapshot } from "../src/snapshot.ts";
import { after, batch, event, frame, hello, listener, on, POSTURE, T0 } from "./support.ts";

describe("forget", () => {
  it("ENG-17: everything that carries the token goes, from what is shown, set aside, held and saved; counts stay", () => {
    const of = (token: string) => event("a", { traces: [{ kind: "userId", token }] });
    const state = after([on(), frame(1, batch(0, [of("gone-1"), of("kept")])), { kind: "follow", at: T0, token: "gone-1" }, { kind: "clear", at: T0 + 2 }, frame(3, batch(2, [of("gone-1")])),
      { kind: "pause", at: T0 + 4 }, frame(5, batch(3, [of("gone-1")])), frame(6, { op: "forget", tokens: ["gone-1"] }), { kind: "resume", at: T0 + 7 }, { kind: "undo", at: T0 + 8 }]);
    expect(nodeLight(state, "a", T0).count).toBe(4);
    expect(feed(state, { start: 0, count: 9 }).rows.map((row) => row.traces[0]?.token)).toEqual(["kept"]);
    expect(recentTraces(state, 9)).toHaveLength(1);
    for (const text of [writeSessionLog(state), snapshot(state, 1e6), JSON.stringify(state.follows)]) expect(text).not.toContain("gone-1");
  });
});

describe("receive", () => {
  const start = [on(), frame(0, hello())];

  describe("frames", () => {
    it("ENG-7: a frame counts only if it begins where the engine stands", () => {
      const state = after([...start, frame(1, batch(0, [event("a")])), frame(2, batch(5, [event("a")]))]);
      expect([state.position, state.resyncFrom, state.misfits, totals(state, T0).count]).toEqual(["e.1", "e.1", 1, 1]);
    });

    it("ENG-7: what lay between ends the need, and a repeat is passed over", () => {
      const first = batch(0, [event("a")]), second = batch(1, [event("a")]);
      const state = after([...start, frame(1, first), frame(2, batch(5, [event("a")])), frame(3, second), frame(4, first), frame(5, second)]);
      expect([state.resyncFrom, state.repeats, totals(state, T0).count]).toEqual([null, 2, 2]);
    });

    it("ENG-7: a gap is counted, exactly or as unknown, and the engine stands behind it", () => {
      const state = after([...start, frame(1, { op: "gap", from: "e.0", to: "e.7", missed: 7, reason: "fell off" }), frame(2, { op: "gap", from: "e.7", to: "f.0", missed: null, reason: "another epoch" }),
        frame(3, { op: "gap", from: "x.1", to: "x.2", missed: 1, reason: "not ours" })]);
      expect(ledger(state)).toMatchObject({ balances: true, view: { offered: 7, missed: 7 }, missed: { exact: 7, unknown: 1 }, misfits: 1 });
      expect(state.position).toBe("f.0");
    });

    it("ENG-7: a hello where the engine stands changes nothing; one elsewhere leaves it standing until it has asked in vain", () => {
      const stood = [...start, frame(1, batch(0, [event("a")]))];
      const once = after([...stood, frame(2, hello(9))]);
      expect([once.position, once.resyncFrom, once.accumulation.missed.unknown]).toEqual(["e.1", null, 0]);
      const requested = after([...stood, frame(2, hello(9)), frame(3, batch(9, [event("a")])), frame(4, hello(10))]);
      expect([requested.position, requested.resyncFrom, requested.accumulation.missed.unknown]).toEqual(["e.10", null, 1]);
    });

    it("ENG-7: another watch session is a gap of unknown size, and counts go on", () => {
      const state = after([...start, frame(1, batch(0, [event("a")])), frame(2, hello(4, { watch_session_id: "s2" })), frame(3, batch(4, [event("a")]))]);
      expect([state.session, state.accumulation.missed.unknown, nodeLight(state, "a", T0).count]).toEqual(["s2", 1, 2]);
    });

    it("ENG-7: a first hello without a position of our own says where to stand", () => {
      expect(after([on("remote", { position: "" }), frame(0, hello(7)), frame(1, batch(7, [event("a")]))]).accumulation.frameSums.offered).toBe(1);
    });

    it("ENG-2: doors count from the hello, and a beat that stands elsewhere asks", () => {
      const door = { received: 5, refused: {}, rate_limited: 0, unwatched: 0, duplicate: 0, taken: 5 };
      const state = after([on(), frame(0, hello(0, { ledger: { web: door } })), frame(1, { op: "beat", now: "", position: "e.0", ledger: { web: { ...door, received: 9, taken: 9 } } })]);
      expect(ledger(state).doors).toEqual([{ source: "web", door: { ...door, received: 4, taken: 4 }, balances: true }]);
      expect(after([...start, frame(1, { op: "beat", now: "", position: "e.3", ledger: {} })]).resyncFrom).toBe("e.0");
    });

    it("TRC-23: a change asks for the graph it names, and changes the posture", () => {
      const state = after([...start, frame(1, { op: "change", graph_version: "v2", policy_version: "p2", sampling: 0.5, posture: { ...POSTURE, sample: 0.5 }, since: "" })]);
      expect([state.wantsGraph, posture(state)]).toMatchObject(["v2", { sampled: true, thinned: false, sampling: 0.5, imposedAt: T0 + 1, policy: { sample: 0.5 } }]);
    });

    it("ENG-7: a bye is kept with its advice until the next hello", () => {
      const gone = [...start, frame(7, { op: "bye", reason: "stopping", retry_after: 2 })];
      expect(after(gone).bye).toEqual({ at: T0 + 7, reason: "stopping", retryAfter: 2 });
      expect(after([...gone, frame(9, hello())]).bye).toBeNull();
    });

    it("ENG-2: thinned frames are reported as such", () => {
      expect(posture(after([...start, frame(1, batch(0, [event("a"), event("a")], 1))]))).toMatchObject({ thinned: true, threshold: 0.5, thinnedAt: T0 + 1 });
    });

    it("ENG-2: what a trace did before it was followed enters ring and traces, and neither counts nor lights", () => {
      const out = listener();
      const past = event("a", { traces: [{ kind: "anonymousId", token: "t9" }], arrived_at: new Date(T0 - 60_000).toISOString() });
      const state = after([...start, frame(1, { ...batch(0, []), events: [past], ledger: batch(0, []).ledger })], {}, out);
      expect([totals(state, T0).count, nodeLight(state, "a", T0).count, feed(state, { start: 0, count: 9 }).total, out.hits.length]).toEqual([0, 0, 0, 0]);
      expect(rowOfMessage(state, past.id)).toMatchObject({ at: T0 - 60_000, lanes: REMOTE | HISTORY });
      expect(recentTraces(state, 5)).toHaveLength(1);
      const own = after([...start, frame(1, { ...batch(0, []), events: [past] }), frame(2, batch(0, [past]))], {}, out);
      expect([totals(own, T0).count, nodeLight(own, "a", T0).count, feed(own, { start: 0, count: 9 }).total, out.hits.length, own.accumulation.duplicates]).toEqual([1, 1, 1, 1, 0]);
    });
  });
});
