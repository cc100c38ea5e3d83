import type { RelaySubscription } from "@dagnet-realtime/client/api";
import { type Connection, type ConnectionStatus, OFF } from "@dagnet-realtime/client/transport/transport";
import { describe, expect, it } from "vitest";
import { brokenText, relayText, signOf } from "../../src/bar/connectionSign.ts";
import { clock } from "../../src/format.ts";

describe("sign", () => {
  const lane = (connection: Connection, transport: ConnectionStatus["transport"] = null): ConnectionStatus => ({ ...OFF, connection, transport });

  describe("the LIVE sign", () => {
    it("REL-13, REL-23: says what a provider's road costs, how many others watch, and who, where their names are told", () => {
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

    it("PIC-34: says LIVE only while frames come", () => {
      const words = (["live", "polling", "connecting", "reconnecting", "stale", "off"] as const).map((one) => signOf("on", lane(one, one === "polling" ? "poll" : "push"), false).word);
      expect(words).toEqual(["LIVE", "LIVE", "CONNECTING", "RECONNECTING", "STALE", "CONNECTING"]);
      expect(signOf("off", OFF, false).word).toBe("OFF");
      expect(signOf("opening", OFF, false).tone).toBe("wait");
    });

    it("PIC-34: says by how many seconds it is behind", () => {
      const { word, lane: beside } = signOf("on", { ...lane("live", "push"), lagMs: 4200 }, false);
      expect(`${word} ${beside}`).toBe("BEHIND 4 s");
    });

    it("names the lane beside it", () => {
      expect(signOf("on", lane("live", "push"), false).lane).toBe("push");
      expect(signOf("on", lane("polling", "poll"), false).lane).toBe("poll");
    });

    it("FUN-19: never promises to fetch what a function published", () => {
      expect(signOf("on", lane("live", "function"), false)).toMatchObject({ word: "LIVE", lane: "function", meaning: expect.stringContaining("cannot be fetched") as string });
    });

    it("a pause and a replay are never taken for live", () => {
      expect(signOf("on", lane("live", "push"), true).word).toBe("PAUSED");
      expect(signOf("on", lane("live", "push"), false, 12).word).toBe("CATCHING UP ×12");
      expect(signOf("on", lane("stale"), true).word).toBe("STALE");
      expect(signOf("replay", lane("replay", "replay"), false).word).toBe("REPLAY");
    });
  });
});

describe("broken", () => {
  const at = Date.UTC(2026, 10, 28, 12, 0, 0);
  const lane = (more: Partial<ConnectionStatus>): ConnectionStatus => ({ ...OFF, connection: "stale", since: at, lastFrameAt: at - 20_000, ...more });

  describe("what the strip says of a broken road", () => {
    it("PIC-23: since when, and what is being done", () => {
      expect(brokenText(lane({ retryAt: at + 3500 }), at)).toBe(`last heard at ${clock(at - 20_000)} · trying again in 4 s`);
      expect(brokenText(lane({ connection: "reconnecting" }), at)).toBe(`last heard at ${clock(at - 20_000)} · trying again`);
      expect(brokenText(lane({ lastFrameAt: null, retryAt: at - 1 }), at)).toBe(`nothing heard since ${clock(at)} · trying again`);
    });

    it("nothing while frames come", () => {
      for (const connection of ["live", "polling", "off", "connecting", "replay"] as const) expect(brokenText(lane({ connection }), at)).toBeNull();
    });
  });
});
