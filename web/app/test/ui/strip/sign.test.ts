import { describe, expect, it } from "vitest";
import type { Seat } from "../../../src/lanes/provider/seat.ts";
import { OFF, type Connection, type LaneState } from "../../../src/lanes/lane.ts";
import { carried, signOf } from "../../../src/ui/strip/sign.ts";

const lane = (connection: Connection, transport: LaneState["transport"] = null): LaneState => ({ ...OFF, connection, transport });

describe("the LIVE sign", () => {
  it("REL-13, REL-23: says what a provider's road costs, how many others watch, and who, where their names are told", () => {
    const seat = (others: number, names: string[] = [], failed = 0): Seat => ({
      public: { kind: "pusher", key: "k", host: "h", port: 1, tls: false, encrypted: false },
      channel: "c",
      publishing: true,
      every: 0.25,
      ledger: { published: 1204, delivered: 6020, failed },
      company: { others, names },
    });
    const cost = "For this workspace 1,204 messages were published and 6,020 delivered, which providers bill";
    expect(carried(seat(0))).toBe(`${cost}.`);
    expect(carried(seat(1, [], 3))).toBe(`${cost}; 3 failed. One other tab watches this graph.`);
    expect(carried(seat(7, ["ann", "bob"]))).toBe(`${cost}. 7 other tabs watch this graph: ann, bob.`);
  });

  it("PIC-34: says LIVE only while frames come", () => {
    const words = (["live", "polling", "connecting", "reconnecting", "stale", "off"] as const).map((one) => signOf("on", lane(one, one === "polling" ? "poll" : "push"), false).word);
    expect(words).toEqual(["LIVE", "LIVE", "CONNECTING", "RECONNECTING", "STALE", "CONNECTING"]);
    expect(signOf("off", OFF, false).word).toBe("OFF");
    expect(signOf("opening", OFF, false).tone).toBe("wait");
  });

  it("PIC-34: says by how many seconds it is behind", () => {
    const { word, lane: beside } = signOf("on", { ...lane("live", "push"), behindMs: 4200 }, false);
    expect(`${word} ${beside}`).toBe("BEHIND 4 s");
  });

  it("names the lane beside it", () => {
    expect(signOf("on", lane("live", "push"), false).lane).toBe("push");
    expect(signOf("on", lane("polling", "poll"), false).lane).toBe("poll");
  });

  it("FUN-19: never promises to fetch what a function published", () => {
    expect(signOf("on", lane("live", "function"), false)).toMatchObject({ word: "LIVE", lane: "function", meaning: expect.stringContaining("nobody can fetch") as string });
  });

  it("a pause and a replay are never taken for live", () => {
    expect(signOf("on", lane("live", "push"), true).word).toBe("PAUSED");
    expect(signOf("on", lane("live", "push"), false, 12).word).toBe("CATCHING UP ×12");
    expect(signOf("on", lane("stale"), true).word).toBe("STALE");
    expect(signOf("replay", lane("replay", "replay"), false).word).toBe("REPLAY");
  });
});
