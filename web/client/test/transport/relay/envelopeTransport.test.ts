import { createTable } from "@dagnet-realtime/engine/matching";
import type { Frame } from "@dagnet-realtime/engine/wire.gen";
import { describe, expect, it } from "vitest";
import { GRAPH, PLACE } from "../../../../app/test/support/page.ts";
import { Api, type FunctionSubscription } from "../../../src/api.ts";
import { type Envelope, FRAME_MS, FrameBuilder, FUNCTION_SUBSCRIBE_MS, parsePublished } from "../../../src/transport/relay/envelopeTransport.ts";
import type { ProviderListener, Subscribe } from "../../../src/transport/relay/pusherSocket.ts";
import { functionTransport } from "../../../src/transport/relay/relayTransport.ts";
import type { ConnectionStatus } from "../../../src/transport/transport.ts";
import { envelope, message, SEAT } from "../../support/envelopes.ts";
import { FakeEnvironment, settle } from "../../support/environment.ts";
import { FUNCTION_CHECK_MS, FUNCTION_LOST_MS } from "@dagnet-realtime/engine/wire.gen";

describe("function", () => {
  /** A server that tells a seat, a provider whose messages a test sends, and a lane that hears them. */
  function scene(start: { resumed?: boolean; connects?: "at once" | "never" } = {}) {
    const environment = new FakeEnvironment();
    const rule: { seat: FunctionSubscription; status: number; connects: string } = { seat: SEAT, status: 200, connects: start.connects ?? "at once" };
    const frames: Frame[] = [];
    const states: ConnectionStatus[] = [];
    const ended: string[] = [];
    const listeners = new Map<string, ProviderListener>();
    const api = new Api((_url, init) => Promise.resolve(rule.status !== 200 ? new Response(JSON.stringify({ code: rule.status === 404 ? "not_found" : "unavailable", title: "No." }), { status: rule.status }) : new Response(JSON.stringify(init?.method === "POST" ? { auth: "a" } : rule.seat))));
    const subscribe: Subscribe = async (_place, channel, sign, listener) => {
      if (rule.connects === "never") return new Promise<void>(() => undefined);
      await sign("1.2");
      listeners.set(channel, listener);
    };
    const lane = functionTransport({ api, place: PLACE, session: "function-1", position: "function:0", resumed: start.resumed ?? false, table: () => createTable(GRAPH.listens), known: () => false }, environment, subscribe);
    lane.start({ frame: (frame) => frames.push(frame), state: (state) => states.push(state), ended: (why) => ended.push(why) });
    const send = async (channel: string, ...events: unknown[]): Promise<void> => {
      listeners.get(channel)?.message("envelopes", message(...events));
      await environment.advance(FRAME_MS * 3);
    };
    const ops = (): string[] => frames.map(({ op }) => op);
    return { environment, rule, frames, states, ended, listeners, lane, send, ops };
  }

  describe("the lane of what a function publishes", () => {
    it("FUN-14: is live once subscribed, says what can be trusted, and counts what it hears", async () => {
      const { lane, send, frames } = scene();
      await settle();
      expect(lane.state).toMatchObject({ connection: "live", transport: "function" });
      expect(frames).toMatchObject([{ op: "hello", watch_session_id: "function-1", position: "function:0", posture: { exact_counts: false }, ledger: {} }]);
      await send("c1", envelope("m1"), envelope("m1"), envelope("m2", "see_b"));
      expect(frames[1]).toMatchObject({ op: "batch", counts: { a: 1, b: 1 }, ledger: { offered: 2 } });
      lane.stop();
    });

    it("FUN-6: a deletion is handed on at once", async () => {
      const { lane, send, frames } = scene();
      await settle();
      await send("c1", { forget: ["t1"] });
      expect(frames[1]).toEqual({ op: "forget", tokens: ["t1"] });
      lane.stop();
    });

    it("FUN-14: what cannot be read, and what is more than can wait, is reported as missed", async () => {
      const { lane, listeners, environment, frames } = scene();
      await settle();
      for (const value of [null, "text", { events: 5 }]) listeners.get("c1")?.message("envelopes", value);
      listeners.get("c1")?.message("frame", { op: "bye", reason: "no", retry_after: null });
      for (let number = 0; number < 6; number += 1) listeners.get("c1")?.message("envelopes", message(...Array.from({ length: 1_000 }, (_, place) => envelope(`m${number}-${place}`)), 7));
      await environment.advance(FRAME_MS * 3);
      expect(frames).toHaveLength(2);
      expect(frames[1]).toMatchObject({ ledger: { offered: 6_006, carried: 5_000, missed: 1_006 } });
      lane.stop();
    });

    it("FUN-4: about a turn it hears both channels, and nothing is lost or counted twice", async () => {
      const { lane, rule, environment, send, frames, listeners, ops } = scene();
      await settle();
      rule.seat = { ...SEAT, channels: ["c1", "c2"] };
      await environment.advance(FUNCTION_CHECK_MS + FRAME_MS * 2);
      await send("c1", envelope("m1"));
      await send("c2", envelope("m1"), envelope("m2"));
      rule.seat = { ...SEAT, channels: ["c2"] };
      await environment.advance(FUNCTION_CHECK_MS + FRAME_MS * 2);
      listeners.get("c1")?.message("envelopes", message(envelope("m3")));
      await send("c2", envelope("m4"));
      expect(frames.flatMap((frame) => (frame.op === "batch" ? [frame.counts["a"] ?? 0] : []))).toEqual([1, 1, 1]);
      expect(ops()).not.toContain("gap");
      lane.stop();
    });

    it("FUN-4: a connection that broke for a moment is a gap of unknown size", async () => {
      const { lane, listeners, environment, frames } = scene();
      await settle();
      listeners.get("c1")?.reconnected?.();
      await environment.advance(FRAME_MS * 3);
      expect(frames[1]).toMatchObject({ op: "gap", missed: null, reason: expect.stringContaining("for a moment") as string });
      lane.stop();
    });

    it("FUN-4: a provider that fails or does not answer is tried again, the gap is reported, and it goes on where it stood", async () => {
      const { lane, listeners, environment, rule, send, frames, ops } = scene();
      await settle();
      await send("c1", envelope("m1"));
      rule.connects = "never";
      listeners.get("c1")?.fail("The provider cannot be reached.");
      await environment.advance(FRAME_MS * 3);
      expect(lane.state).toMatchObject({ connection: "reconnecting", why: "The provider cannot be reached." });
      await environment.advance(FUNCTION_SUBSCRIBE_MS + 5_000);
      expect(lane.state).toMatchObject({ connection: "reconnecting", why: "The provider does not answer." });
      rule.connects = "at once";
      await environment.advance(60_000);
      expect(lane.state.connection).toBe("live");
      await send("c1", envelope("m1"), envelope("m2"));
      expect(ops()).toEqual(["hello", "batch", "gap", "batch"]);
      expect(frames.at(-1)).toMatchObject({ counts: { a: 1 } });
      lane.stop();
    });

    it("FUN-4: a page that was reloaded tells the gap", async () => {
      const { lane, ops } = scene({ resumed: true });
      await settle();
      expect(ops()).toEqual(["hello", "gap"]);
      lane.stop();
    });

    it("FUN-4: a server that is away is borne until the channel may be an old one", async () => {
      const { lane, rule, environment, send, frames } = scene();
      await settle();
      rule.status = 503;
      await environment.advance(FUNCTION_CHECK_MS + 1_000);
      await send("c1", envelope("m1"));
      expect([lane.state.connection, frames.at(-1)?.op]).toEqual(["live", "batch"]);
      await environment.advance(FUNCTION_LOST_MS);
      expect(lane.state.connection).toBe("reconnecting");
      lane.stop();
    });

    it("FUN-4: a person who may no longer watch is sent away", async () => {
      const { lane, rule, environment, ended } = scene();
      await settle();
      rule.status = 404;
      await environment.advance(FUNCTION_CHECK_MS + FRAME_MS * 2);
      expect(ended).toHaveLength(1);
      expect(lane.state.connection).toBe("off");
    });

    it("FUN-13: an old plan is noted, and no longer once it is pasted anew; another graph is reported", async () => {
      const { lane, rule, environment, send, frames } = scene();
      await settle();
      await send("c1", envelope("m1"));
      rule.seat = { ...SEAT, plan: "p2", graph_version: "v2" };
      await environment.advance(FUNCTION_CHECK_MS + FRAME_MS * 2);
      expect(frames.at(-1)).toMatchObject({ op: "change", graph_version: "v2", posture: { notes: [expect.stringContaining("older plan")] } });
      rule.seat = { ...rule.seat, plan: "p1" };
      await environment.advance(FUNCTION_CHECK_MS + FRAME_MS * 2);
      expect(frames.at(-1)).toMatchObject({ op: "change", posture: { notes: [] } });
      await environment.advance(FUNCTION_CHECK_MS * 3);
      expect(frames.filter(({ op }) => op === "change")).toHaveLength(2);
      lane.stop();
    });
  });
});

describe("heard", () => {
  const TABLE = createTable(GRAPH.listens);
  const envelopes = (...some: unknown[]): readonly Envelope[] => parsePublished(message(...some))?.envelopes ?? [];
  const heard = (position = "function:0", known: readonly string[] = []): FrameBuilder => new FrameBuilder(position, (id) => known.includes(id));

  it("FUN-14: envelopes become a frame whose counts and ledger sum, matched against the graph that is shown", () => {
    const frame = heard().batch(envelopes(envelope("m1"), envelope("m2", "see_b", { traces: [{ kind: "userId", token: "t" }], received: 1_200 }), { ...envelope("m3"), type: "page", event: "", name: "Home" }, envelope("m4", "other")), TABLE, 2);
    expect(frame).toMatchObject({
      from: "function:0", position: "function:1", counts: { a: 1, b: 1 }, unmapped: { "Viewed Home Page": 1, other: 1 }, other: 0, threshold: 1,
      ledger: { offered: 6, lit: 2, unmapped: 2, missed: 2, carried: 4, filtered: 0, thinned: 0, sampled_out: 0, forgotten: 0 },
    });
    expect(frame.events[1]).toMatchObject({ id: "m2", nodes: ["b"], source: "Segment", occurred_at: "1970-01-01T00:00:01.000Z", arrived_at: "1970-01-01T00:00:01.500Z", segment_received_at: "1970-01-01T00:00:01.200Z" });
  });

  it("TRC-9, FUN-14: envelopes of one call keep their places, in any order of arrival", () => {
    const had = Date.UTC(2026, 10, 30);
    const sent = [[had, 0], [had, 1], [had, 2], [had + 1, 0]] as const;
    const offsets = heard().batch(envelopes(...sent.map(([at, place], n) => envelope(`m${n}`, "see_a", { had: at, ...(place === 0 ? {} : { place }) })).reverse()), TABLE, 0).events.map(({ offset }) => offset ?? NaN);
    expect(offsets).toEqual([...offsets].sort((a, b) => b - a));
    expect(new Set(offsets).size).toBe(4);
    expect(offsets.every(Number.isSafeInteger)).toBe(true);
    expect(heard().batch(envelopes(envelope("m", "see_a", { had: 1e300, place: 9e9 })), TABLE, 0).events[0]?.offset).toBe(2 ** 52);
  });

  it("FUN-14: a repeat is carried, so that it is reported, and counted nowhere; also one from before this page", () => {
    const one = heard("function:7", ["m0"]);
    expect(one.batch(envelopes(envelope("m1"), envelope("m1"), envelope("m0")), TABLE, 0)).toMatchObject({ from: "function:7", counts: { a: 1 }, ledger: { offered: 1, lit: 1, carried: 1 } });
    expect(one.batch(envelopes(envelope("m1")), TABLE, 0)).toMatchObject({ from: "function:8", position: "function:9", counts: {}, ledger: { offered: 0 } });
  });

  it("FUN-14: ids are remembered in two generations, and no more", () => {
    const one = heard();
    const [first] = envelopes(envelope("m"));
    const many = (start: number): readonly Envelope[] => Array.from({ length: 50_000 }, (_, place) => ({ ...first!, id: `m${start + place}` }));
    one.batch(many(0), TABLE, 0);
    expect(one.batch(many(0).slice(0, 9), TABLE, 0).ledger.offered).toBe(0);
    one.batch(many(50_000), TABLE, 0);
    one.batch(many(100_000), TABLE, 0);
    expect(one.batch(many(0).slice(0, 9), TABLE, 0).ledger.offered).toBe(9);
  });

  it("FUN-14: names like those that every object has are names, and of many the rest is counted as other", () => {
    const names = ["__proto__", "constructor", ...Array.from({ length: 300 }, (_, place) => `name ${place}`)];
    const { unmapped, other, ledger } = heard().batch(envelopes(...names.map((name, place) => envelope(`m${place}`, name))), TABLE, 0);
    expect(Object.values(unmapped).reduce((sum, n) => sum + n, other)).toBe(ledger.unmapped);
    expect(Object.keys(unmapped).length).toBeLessThanOrEqual(200);
  });

  it("FUN-4: a gap is of unknown size and goes on from where it stood; a position that is none begins anew", () => {
    expect(heard("function:3").gap("broken")).toEqual({ op: "gap", from: "function:3", to: "function:4", missed: null, reason: "broken" });
    expect(heard("e:12").position).toBe("function:0");
  });
});

describe("envelope", () => {
  describe("what a function published", () => {
    it("FUN-14: is read with what it left out as empty", () => {
      const read = parsePublished(message(envelope("m1"), { forget: ["t"] }));
      expect(read).toEqual({ plan: "p1", forget: ["t"], wrong: 0, envelopes: [{ ...envelope("m1"), name: "", category: "", received: null, traces: [], properties: {}, traits: {}, flags: [] }] });
      expect(parsePublished({ plan: "p1", events: [envelope("m2", "e", { flags: ["placeholder", "shared_id"] })] })?.wrong).toBe(0);
    });

    it.each([null, 5, "text", [], {}, { events: {} }, { events: Array(2_001).fill(envelope("m")) }])("FUN-14: %j is none of the function's", (value) => {
      expect(parsePublished(value)).toBeNull();
    });

    it.each([
      null, 5, {}, { ...envelope("") }, envelope("m", "x".repeat(513)), envelope("m", "e", { type: "delete" }), envelope("m", "e", { at: "now" }), envelope("m", "e", { at: null }), envelope("m", "e", { had: Infinity }),
      envelope("m", "e", { traces: [{ kind: 1, token: "t" }] }), envelope("m", "e", { traces: Array(33).fill({ kind: "k", token: "t" }) }), envelope("m", "e", { properties: { a: { b: 1 } } }), envelope("m", "e", { properties: [] }),
      envelope("m", "e", { flags: ["sampled_out"] }), { forget: "t" }, { forget: Array(101).fill("t") },
    ])("FUN-14: %j is left out and told, and its neighbours stand", (value) => {
      const read = parsePublished(message(value, envelope("m2")));
      expect([read?.wrong, read?.envelopes.map(({ id }) => id), read?.forget]).toEqual([1, ["m2"], []]);
    });
  });
});
