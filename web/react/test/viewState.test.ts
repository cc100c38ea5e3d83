/** The table of states, row by row: what each may claim, and what none may. */
import type { RelaySubscription } from "@dagnet-realtime/client/api";
import { type ConnectionStatus, OFF } from "@dagnet-realtime/client/transport/transport";
import { describe, expect, it } from "vitest";
import { clock } from "../src/format.ts";
import { brokenText, played, relayText, type StateName, type ViewFacts, viewState } from "../src/viewState.ts";

const T = Date.UTC(2026, 10, 30, 1, 5, 45);
const at = (seconds: number): number => T + seconds * 1000;
const lane = (more: Partial<ConnectionStatus>): ConnectionStatus => ({ ...OFF, connection: "live", transport: "push", since: T, lastFrameAt: at(60), ...more });

const LIVE: ViewFacts = {
  phase: "on", graph: "UK checkout", connection: lane({}), paused: false, catchUpSpeed: 0, endedBecause: "", now: at(61), shownAt: at(61), since: T, until: null,
  count: 1758, rate: 6.1, pending: 0, tests: 0, filter: null, player: null,
};

/** Each state by the facts that lead to it, and what it shows. */
const TABLE: readonly (readonly [name: StateName, facts: Partial<ViewFacts>, sign: string, tint: string, still: boolean, figures: string, strip: string, covers: string, tab: string, banner: string])[] = [
  ["live", {}, "LIVE push", "live", false, "rates", "", `since ${clock(T)}`, "● 6.1/s UK checkout", ""],
  ["polling", { connection: lane({ connection: "polling", transport: "poll" }) }, "LIVE poll", "live", false, "rates", "", `since ${clock(T)}`, "● 6.1/s UK checkout", ""],
  ["paused", { paused: true, shownAt: at(51), pending: 11 }, "PAUSED push", "paused", true, "rates", "", `${clock(T)} to ${clock(at(51))}`, "‖ +11 UK checkout", `Paused at ${clock(at(51))} · +11 waiting`],
  ["catching-up", { catchUpSpeed: 8, shownAt: at(55), pending: 4 }, "CATCHING UP ×8 push", "live", false, "rates", "", `since ${clock(T)}`, "» catching up UK checkout", `Catching up: ${clock(at(55))} is shown · +4 waiting`],
  ["behind", { connection: lane({ lagMs: 12_400 }) }, "BEHIND 12 s", "live", false, "rates", "", `since ${clock(T)}`, "● 12 s behind UK checkout", ""],
  ["reconnecting", { connection: lane({ connection: "reconnecting", transport: null, retryAt: at(64.5) }), until: at(60) }, "RECONNECTING ", "drained", true, "counts", `last heard at ${clock(at(60))} · trying again in 4 s`, `since ${clock(T)}`, "⚠ Reconnecting UK checkout", `Not live: what was known at ${clock(at(60))}`],
  ["stale", { connection: lane({ connection: "stale", transport: null }), until: at(60) }, "STALE ", "drained", true, "counts", `last heard at ${clock(at(60))} · trying again`, `since ${clock(T)}`, "⚠ Stale UK checkout", `Not live: what was known at ${clock(at(60))}`],
  ["off", { phase: "off", connection: OFF, until: at(289) }, "OFF ", "drained", true, "counts", "not receiving", `${clock(T)} to ${clock(at(289))}`, "○ Off UK checkout", `Off: 1,758 events until ${clock(at(289))}`],
  ["off", { phase: "off", connection: OFF, since: 0, count: 0, rate: 0 }, "OFF ", "drained", true, "counts", "not receiving", "", "○ Off UK checkout", ""],
  ["ended", { phase: "off", connection: OFF, until: at(289), endedBecause: "you may no longer watch this" }, "ENDED ", "drained", true, "counts", "session ended", `${clock(T)} to ${clock(at(289))}`, "■ Ended UK checkout", `Session ended: 1,758 events until ${clock(at(289))}`],
  ["replay", { phase: "replay", connection: lane({ connection: "replay", transport: "replay" }), shownAt: at(175), player: { playing: true, at: at(175), from: T, to: at(289) } }, "REPLAY ", "replay", false, "rates", "", `${clock(T)} to ${clock(at(175))}`, "▶ Replay 2:55 / 4:49 UK checkout", `Replay of a saved log: ${clock(at(175))}`],
  ["replay-held", { phase: "replay", shownAt: at(175), player: { playing: false, at: at(175), from: T, to: at(289) } }, "REPLAY ", "replay", false, "rates", "", `${clock(T)} to ${clock(at(175))}`, "‖ Replay 2:55 / 4:49 UK checkout", `Replay of a saved log: ${clock(at(175))}, held`],
  ["replay-ended", { phase: "replay", shownAt: at(289), player: { playing: false, at: at(289), from: T, to: at(289) } }, "REPLAY ", "replay", false, "rates", "", `${clock(T)} to ${clock(at(289))}`, "■ Replay 4:49 / 4:49 UK checkout", `Replay of a saved log: ${clock(at(289))}, at its end`],
  ["no-graph", { phase: "off", graph: null, connection: OFF, count: 0, rate: 0, since: 0 }, "NO GRAPH ", "drained", true, "counts", "not receiving", "", "DagNet Realtime", ""],
  ["starting", { phase: "starting", graph: null, connection: OFF, count: 0, since: 0 }, "STARTING ", "drained", true, "counts", "connecting", "", "DagNet Realtime", ""],
  ["failed", { phase: "failed", graph: null, connection: OFF, count: 0, since: 0 }, "NOT STARTED ", "drained", true, "counts", "not started", "", "⚠ Not started DagNet Realtime", ""],
  ["opening", { phase: "opening", connection: OFF, count: 0, since: 0 }, "OPENING ", "drained", true, "counts", "connecting", "", "… Connecting UK checkout", ""],
  ["connecting", { connection: lane({ connection: "connecting", transport: null }), count: 0 }, "CONNECTING ", "drained", true, "counts", "connecting", `since ${clock(T)}`, "… Connecting UK checkout", ""],
];

describe("the table of states", () => {
  for (const [name, facts, sign, tint, still, figures, strip, covers, tab, banner] of TABLE)
    it(`PIC-21: ${name}${facts.count === 0 ? ", nothing counted" : ""}`, () => {
      const row = viewState({ ...LIVE, ...facts });
      expect({
        name: row.name, sign: `${row.sign.word} ${row.sign.lane}`, tint: row.tint, still: row.still, figures: row.figures, strip: row.strip, covers: row.covers, tab: row.tab,
        banner: row.banners.map(({ text }) => text).join(),
      }).toEqual({ name, sign, tint, still, figures, strip, covers, tab, banner });
    });

  it("PIC-21: what is drained moves nothing and claims no rate, in the tab neither", () => {
    for (const [, facts] of TABLE) {
      const { tint, still, figures, tab } = viewState({ ...LIVE, ...facts });
      if (tint === "drained") expect([still, figures, tab.includes("/s")]).toEqual([true, "counts", false]);
    }
  });

  it("PIC-34, PIC-36: a pause on a dead connection is stale, and a session that ended by itself says why", () => {
    expect(viewState({ ...LIVE, paused: true, connection: lane({ connection: "stale" }) }).name).toBe("stale");
    expect(viewState({ ...LIVE, phase: "off", connection: OFF, endedBecause: "you may no longer watch this" }).sign.meaning).toContain("you may no longer watch this. What was counted stays");
    expect(viewState({ ...LIVE, phase: "opening" }).sign.tone).toBe("wait");
  });

  it("PIC-83: a filter is said in every state, as n of m, and in the tab", () => {
    const filter = { text: "device:mobile", passed: 543, of: 1213, rate: 2.4 };
    for (const [, facts] of TABLE) expect(viewState({ ...LIVE, ...facts, filter }).banners.map(({ text }) => text)).toContain("Filtered by device:mobile · 543 of 1,213 pass");
    expect(viewState({ ...LIVE, filter }).tab).toBe("● 2.4/s (filtered) UK checkout");
  });

  it("PIC-84: test events alone are said to be that, and nothing at all too", () => {
    const words = (facts: Partial<ViewFacts>): string => viewState({ ...LIVE, ...facts }).banners.map(({ text }) => text).join();
    expect(words({ count: 0, tests: 1 })).toBe("Test traffic only: 1 test event, counted apart; it covers nothing");
    expect(words({ count: 0, tests: 3 })).toBe("Test traffic only: 3 test events, counted apart; they cover nothing");
    expect(words({ count: 0 })).toBe("Live, and nothing received yet");
    expect(words({ tests: 3 })).toBe("");
  });

  it("PIC-34: lateness is shown in one unit", () => {
    const late = (lagMs: number): string => viewState({ ...LIVE, connection: lane({ lagMs }) }).sign.lane;
    expect([4200, 119_000, 180_000, 3_600_000, 7_300_000].map(late)).toEqual(["4 s", "119 s", "3 min", "60 min", "2 h"]);
  });

  it("FUN-13: never promises to fetch what a function published", () => {
    expect(viewState({ ...LIVE, connection: lane({ transport: "function" }) }).sign).toMatchObject({ word: "LIVE", lane: "function", meaning: expect.stringContaining("cannot be fetched") as string });
  });
});

describe("words beside the sign", () => {
  it("PIC-34: since when, and what is being done; nothing while frames come", () => {
    const stale = (more: Partial<ConnectionStatus>): ConnectionStatus => lane({ connection: "stale", since: T, lastFrameAt: at(-20), ...more });
    expect(brokenText(stale({ retryAt: at(3.5) }), T)).toBe(`last heard at ${clock(at(-20))} · trying again in 4 s`);
    expect(brokenText(stale({ connection: "reconnecting" }), T)).toBe(`last heard at ${clock(at(-20))} · trying again`);
    expect(brokenText(stale({ lastFrameAt: null, retryAt: at(-1) }), T)).toBe(`nothing heard since ${clock(T)} · trying again`);
    for (const connection of ["live", "polling", "off", "connecting", "replay"] as const) expect(brokenText(lane({ connection }), T)).toBeNull();
  });

  it("PIC-54: a player says how much of how much", () => {
    expect(played({ at: at(175), from: T, to: at(289) })).toBe("2:55 / 4:49");
    expect(played({ at: at(3729), from: T, to: at(7200) })).toBe("1:02:09 / 2:00:00");
  });

  it("REL-6, REL-23: says what a provider's road costs, how many others watch, and who, if their names are known", () => {
    const seat = (others: number, names: string[] = [], failed = 0): RelaySubscription => ({
      public: { kind: "pusher", key: "k", host: "h", port: 1, tls: false, encrypted: false },
      channel: "c",
      publishing: true,
      every: 0.25,
      ledger: { published: 1204, delivered: 6020, failed },
      company: { others, names },
    });
    const cost = "For this workspace 1,204 messages were published and 6,020 delivered, which providers bill";
    expect(relayText(seat(0))).toBe(`${cost}.`);
    expect(relayText(seat(1, [], 3))).toBe(`${cost}; 3 failed. One other tab watches this graph.`);
    expect(relayText(seat(7, ["ann", "bob"]))).toBe(`${cost}. 7 other tabs watch this graph: ann, bob.`);
  });
});
