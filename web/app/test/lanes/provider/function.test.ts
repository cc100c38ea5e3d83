import type { Frame } from "@dagnet-realtime/engine/wire.gen";
import { createTable } from "@dagnet-realtime/engine/matching";
import { describe, expect, it } from "vitest";
import { Api } from "../../../src/lanes/api.ts";
import type { LaneState } from "../../../src/lanes/lane.ts";
import { ASK_MS, FRAME_MS, LOST_MS, SUBSCRIBE_MS } from "../../../src/lanes/provider/function.ts";
import { functionLane } from "../../../src/lanes/provider/lane.ts";
import type { PublishedSeat } from "../../../src/lanes/provider/seat.ts";
import type { ProviderEar, Subscribe } from "../../../src/lanes/provider/socket.ts";
import { GRAPH, PLACE } from "../../support/page.ts";
import { FakeWorld, settle } from "../../support/world.ts";
import { envelope, message, SEAT } from "./envelopes.ts";

/** A server that tells a seat, a provider whose messages a test sends, and a lane that hears them. */
function scene(start: { resumed?: boolean; connects?: "at once" | "never" } = {}) {
  const world = new FakeWorld();
  const rule: { seat: PublishedSeat; status: number; connects: string } = { seat: SEAT, status: 200, connects: start.connects ?? "at once" };
  const frames: Frame[] = [];
  const states: LaneState[] = [];
  const ended: string[] = [];
  const ears = new Map<string, ProviderEar>();
  const api = new Api((_url, init) => Promise.resolve(rule.status !== 200 ? new Response(JSON.stringify({ code: rule.status === 404 ? "not_found" : "unavailable", title: "No." }), { status: rule.status }) : new Response(JSON.stringify(init?.method === "POST" ? { auth: "a" } : rule.seat))));
  const subscribe: Subscribe = async (_place, channel, sign, ear) => {
    if (rule.connects === "never") return new Promise<void>(() => undefined);
    await sign("1.2");
    ears.set(channel, ear);
  };
  const lane = functionLane({ api, place: PLACE, session: "function-1", position: "function:0", resumed: start.resumed ?? false, table: () => createTable(GRAPH.listens), known: () => false }, world, subscribe);
  lane.start({ frame: (frame) => frames.push(frame), state: (state) => states.push(state), ended: (why) => ended.push(why) });
  const send = async (channel: string, ...events: unknown[]): Promise<void> => {
    ears.get(channel)?.message("envelopes", message(...events));
    await world.advance(FRAME_MS * 3);
  };
  const ops = (): string[] => frames.map(({ op }) => op);
  return { world, rule, frames, states, ended, ears, lane, send, ops };
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

  it("FUN-8: a deletion is handed on at once", async () => {
    const { lane, send, frames } = scene();
    await settle();
    await send("c1", { forget: ["t1"] });
    expect(frames[1]).toEqual({ op: "forget", tokens: ["t1"] });
    lane.stop();
  });

  it("FUN-16: what cannot be read, and what is more than can wait, is told as missed", async () => {
    const { lane, ears, world, frames } = scene();
    await settle();
    for (const value of [null, "text", { events: 5 }]) ears.get("c1")?.message("envelopes", value);
    ears.get("c1")?.message("frame", { op: "bye", reason: "no", retry_after: null });
    for (let number = 0; number < 6; number += 1) ears.get("c1")?.message("envelopes", message(...Array.from({ length: 1_000 }, (_, place) => envelope(`m${number}-${place}`)), 7));
    await world.advance(FRAME_MS * 3);
    expect(frames).toHaveLength(2);
    expect(frames[1]).toMatchObject({ ledger: { offered: 6_006, carried: 5_000, missed: 1_006 } });
    lane.stop();
  });

  it("FUN-17: about a turn it hears both channels, and nothing is lost or counted twice", async () => {
    const { lane, rule, world, send, frames, ears, ops } = scene();
    await settle();
    rule.seat = { ...SEAT, channels: ["c1", "c2"] };
    await world.advance(ASK_MS + FRAME_MS * 2);
    await send("c1", envelope("m1"));
    await send("c2", envelope("m1"), envelope("m2"));
    rule.seat = { ...SEAT, channels: ["c2"] };
    await world.advance(ASK_MS + FRAME_MS * 2);
    ears.get("c1")?.message("envelopes", message(envelope("m3")));
    await send("c2", envelope("m4"));
    expect(frames.flatMap((frame) => (frame.op === "batch" ? [frame.counts["a"] ?? 0] : []))).toEqual([1, 1, 1]);
    expect(ops()).not.toContain("gap");
    lane.stop();
  });

  it("FUN-17: a connection that broke for a moment is a gap of unknown size", async () => {
    const { lane, ears, world, frames } = scene();
    await settle();
    ears.get("c1")?.again?.();
    await world.advance(FRAME_MS * 3);
    expect(frames[1]).toMatchObject({ op: "gap", missed: null, reason: expect.stringContaining("for a moment") as string });
    lane.stop();
  });

  it("FUN-17: a provider that fails or does not answer is tried again, the gap is told, and it goes on where it stood", async () => {
    const { lane, ears, world, rule, send, frames, ops } = scene();
    await settle();
    await send("c1", envelope("m1"));
    rule.connects = "never";
    ears.get("c1")?.fail("The provider cannot be reached.");
    await world.advance(FRAME_MS * 3);
    expect(lane.state).toMatchObject({ connection: "reconnecting", why: "The provider cannot be reached." });
    await world.advance(SUBSCRIBE_MS + 5_000);
    expect(lane.state).toMatchObject({ connection: "reconnecting", why: "The provider does not answer." });
    rule.connects = "at once";
    await world.advance(60_000);
    expect(lane.state.connection).toBe("live");
    await send("c1", envelope("m1"), envelope("m2"));
    expect(ops()).toEqual(["hello", "batch", "gap", "batch"]);
    expect(frames.at(-1)).toMatchObject({ counts: { a: 1 } });
    lane.stop();
  });

  it("FUN-17: a page that was reloaded tells the gap", async () => {
    const { lane, ops } = scene({ resumed: true });
    await settle();
    expect(ops()).toEqual(["hello", "gap"]);
    lane.stop();
  });

  it("FUN-17: a server that is away is borne until the channel may be an old one", async () => {
    const { lane, rule, world, send, frames } = scene();
    await settle();
    rule.status = 503;
    await world.advance(ASK_MS + 1_000);
    await send("c1", envelope("m1"));
    expect([lane.state.connection, frames.at(-1)?.op]).toEqual(["live", "batch"]);
    await world.advance(LOST_MS);
    expect(lane.state.connection).toBe("reconnecting");
    lane.stop();
  });

  it("FUN-17: whoever may watch no longer is sent away", async () => {
    const { lane, rule, world, ended } = scene();
    await settle();
    rule.status = 404;
    await world.advance(ASK_MS + FRAME_MS * 2);
    expect(ended).toHaveLength(1);
    expect(lane.state.connection).toBe("off");
  });

  it("FUN-18: an old plan is noted, and no longer once it is pasted anew; another graph is told", async () => {
    const { lane, rule, world, send, frames } = scene();
    await settle();
    await send("c1", envelope("m1"));
    rule.seat = { ...SEAT, plan: "p2", graph_version: "v2" };
    await world.advance(ASK_MS + FRAME_MS * 2);
    expect(frames.at(-1)).toMatchObject({ op: "change", graph_version: "v2", posture: { notes: [expect.stringContaining("older plan")] } });
    rule.seat = { ...rule.seat, plan: "p1" };
    await world.advance(ASK_MS + FRAME_MS * 2);
    expect(frames.at(-1)).toMatchObject({ op: "change", posture: { notes: [] } });
    await world.advance(ASK_MS * 3);
    expect(frames.filter(({ op }) => op === "change")).toHaveLength(2);
    lane.stop();
  });
});
