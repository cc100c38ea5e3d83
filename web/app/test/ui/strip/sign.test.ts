import { describe, expect, it } from "vitest";
import { OFF, type Connection, type LaneState } from "../../../src/lanes/lane.ts";
import { beside, signOf } from "../../../src/ui/strip/sign.ts";

const lane = (connection: Connection, transport: LaneState["transport"] = null): LaneState => ({ ...OFF, connection, transport });

describe("the LIVE sign", () => {
  it("REL-23: says how many others watch, and who, where their names are told", () => {
    expect(beside({ others: 1, names: [] })).toBe("One other tab watches this graph.");
    expect(beside({ others: 7, names: ["ann", "bob"] })).toBe("7 other tabs watch this graph: ann, bob.");
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
