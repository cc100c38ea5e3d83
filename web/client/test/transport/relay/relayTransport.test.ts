import type { Frame } from "@dagnet-realtime/engine/wire.gen";
import { describe, expect, it } from "vitest";
import { Api, type RelaySubscription } from "../../../src/api.ts";
import type { ConnectionStatus } from "../../../src/transport/transport.ts";
import { relayTransport } from "../../../src/transport/relay/relayTransport.ts";
import { REORDER_MS, RELAY_SUBSCRIBE_MS } from "../../../src/transport/relay/relayCarrier.ts";
import type { ProviderListener, Subscribe } from "../../../src/transport/relay/pusherSocket.ts";
import { FakeEnvironment, settle, beat } from "../../support/environment.ts";
import { batch } from "../../support/frames.ts";
import { RELAY_CHECK_MS, RELAY_STALE_MS } from "@dagnet-realtime/engine/wire.gen";

const SEAT: RelaySubscription = { public: { kind: "pusher", key: "k", host: "h", port: 1, tls: false, encrypted: false }, channel: "c1", publishing: true, every: 0.25, ledger: { published: 0, delivered: 0, failed: 0 }, company: { others: 0, names: [] } };

/** A server whose log a test fills, a provider whose messages a test sends, and a lane between them. */
function scene(start: Partial<{ seat: Partial<RelaySubscription>; connects: "at once" | "never" | "refused"; auth: number }> = {}) {
  const environment = new FakeEnvironment();
  const rule = { seat: { ...SEAT, ...start.seat }, connects: start.connects ?? "at once", auth: start.auth ?? 200, head: 0, failing: false, turns: false };
  const asked: string[] = [];
  const frames: Frame[] = [];
  const states: ConnectionStatus[] = [];
  const ended: string[] = [];
  const listeners: ProviderListener[] = [];
  const json = (value: unknown, status = 200): Promise<Response> => Promise.resolve(new Response(JSON.stringify(value), { status }));
  const number = (position: string | null): number => Number((position ?? "p0").slice(1));
  const api = new Api((url, init) => {
    const { pathname, searchParams } = new URL(url, "http://x");
    asked.push(url);
    if (rule.failing) return json({ code: "unavailable", title: "Down." }, 503);
    if (pathname.endsWith("/relay")) return json(rule.seat);
    if (pathname === "/api/channels/auth" && rule.turns) {
      rule.turns = false;
      rule.seat = { ...rule.seat, channel: "c2" };
      return json({ code: "forbidden", title: "That channel is not this session's." }, 403);
    }
    if (pathname === "/api/channels/auth") return json(rule.auth === 200 ? { auth: "k:s" } : { code: "unavailable", title: "Not signed." }, rule.auth);
    const [after, until] = [number(searchParams.get("after")), searchParams.get("until")];
    const end = until === null ? rule.head : number(until);
    if (end > after) return json({ frames: [batch(`p${after}`, `p${end}`)], position: `p${end}` });
    if (until !== null || searchParams.get("wait") === "0") return json({ frames: [], position: `p${after}` });
    return new Promise((resolve, reject) => {
      const wait = Number(searchParams.get("wait")) * 1000;
      void environment.sleep(wait, init?.signal ?? new AbortController().signal).then(() => {
        if (init?.signal?.aborted) reject(new DOMException("aborted", "AbortError"));
        else resolve(new Response(JSON.stringify({ frames: [], position: `p${after}` })));
      });
    });
  });
  const subscribe: Subscribe = async (_place, _channel, sign, listener) => {
    listeners.push(listener);
    if (rule.connects === "never") return new Promise<void>(() => undefined);
    if (rule.connects === "refused") throw new Error("refused");
    await sign("1.2");
  };
  const lane = relayTransport(api, "s", "p0", environment, subscribe);
  lane.start({ frame: (frame) => frames.push(frame), state: (state) => states.push(state), ended: (why) => ended.push(why) });
  const send = async (...some: Frame[]): Promise<void> => {
    for (const frame of some) listeners.at(-1)?.message("frame", frame);
    await settle();
  };
  const lit = (): number[] => frames.flatMap((frame) => (frame.op === "batch" ? [...Array(number(frame.position) - number(frame.from)).keys()].map((n) => number(frame.from) + n) : []));
  return { environment, rule, asked, frames, states, ended, listeners, lane, send, lit };
}

const upTo = (end: number): number[] => [...Array(end).keys()];

describe("the provider's lane", () => {
  it("REL-10: is live once subscribed and caught up, and fetches what happened meanwhile", async () => {
    const { lane, asked, rule, send, lit } = scene();
    rule.head = 3;
    await settle();
    expect(lane.state).toMatchObject({ connection: "live", transport: "provider" });
    await send(batch("p3", "p4"));
    expect(lit()).toEqual(upTo(4));
    expect(asked.some((url) => url.includes("/stream"))).toBe(false);
    lane.stop();
  });

  it("ENG-20: what the provider brings is checked: defaults are filled in, and a frame that cannot be read is fetched", async () => {
    const { environment, lane, frames, rule, send, lit } = scene();
    await settle();
    await send({ op: "batch", from: "p0", position: "p1" } as unknown as Frame);
    expect(frames.at(-1)).toMatchObject({ position: "p1", counts: {}, events: [], threshold: 1, ledger: { offered: 0 } });
    rule.head = 3;
    await send({ ...batch("p1", "p2"), counts: { a: -1 } }, batch("p2", "p3"), { op: "later" } as unknown as Frame);
    await environment.advance(REORDER_MS + 1);
    expect([lit(), frames.some(({ op }) => (op as string) === "later")]).toEqual([upTo(3), false]);
    lane.stop();
  });

  it("REL-23: knows who else watches only while the provider brings the frames", async () => {
    const { environment, lane, rule, send } = scene({ seat: { company: { others: 2, names: ["ann"] } } });
    await settle();
    expect(lane.state.relay?.company).toEqual({ others: 2, names: ["ann"] });
    rule.seat = { ...SEAT, company: { others: 1, names: [] } };
    await send(beat("p0"));
    await environment.advance(RELAY_CHECK_MS + 2_000);
    expect(lane.state.relay?.company).toEqual({ others: 1, names: [] });
    rule.seat = { ...SEAT, publishing: false };
    await environment.advance(RELAY_CHECK_MS + 12_000);
    expect(lane.state.relay?.company).toBeUndefined();
    lane.stop();
  });

  it("REL-15: repeats, early frames and pieces light everything once", async () => {
    const { lane, send, listeners, lit } = scene();
    await settle();
    await send(batch("p1", "p2"), batch("p0", "p1"), batch("p0", "p1"), batch("p1", "p2"));
    const text = JSON.stringify(batch("p2", "p3"));
    listeners.at(-1)?.message("piece", `id 1 2 ${text.slice(9)}`);
    listeners.at(-1)?.message("piece", `id 0 2 ${text.slice(0, 9)}`);
    listeners.at(-1)?.message("piece", "id 0 1 {no json");
    listeners.at(-1)?.message("frame", "no frame");
    await settle();
    expect(lit()).toEqual(upTo(3));
    lane.stop();
  });

  it("REL-15: a lost frame is fetched up to where the provider's go on", async () => {
    const { environment, lane, send, asked, lit } = scene();
    await settle();
    await send(batch("p5", "p7"));
    expect(lit()).toEqual([]);
    await environment.advance(REORDER_MS);
    expect(asked.at(-1)).toContain("after=p0&until=p7");
    await send(batch("p7", "p8"));
    expect(lit()).toEqual(upTo(8));
    lane.stop();
  });

  it("REL-15: a frame that repeats an earlier one and goes on lights only what is new", async () => {
    const { environment, lane, send, asked, lit } = scene();
    await settle();
    await send(batch("p0", "p2"), batch("p0", "p5"));
    await environment.advance(REORDER_MS);
    expect(asked.at(-1)).toContain("after=p2&until=p5");
    await send(batch("p5", "p6"));
    expect(lit()).toEqual(upTo(6));
    lane.stop();
  });

  it("REL-15: a beat tells of a frame that was lost before a silence", async () => {
    const { environment, lane, send, lit } = scene();
    await settle();
    await send(beat("p4"));
    await environment.advance(REORDER_MS);
    expect(lit()).toEqual(upTo(4));
    lane.stop();
  });

  it("REL-15: what never joins ends in polling, not in asking for ever", async () => {
    const { environment, lane, rule, send, asked } = scene();
    await settle();
    rule.head = 0;
    for (let tries = 0; tries < 6; tries += 1) {
      await send({ ...batch(`q${tries}`, "p0"), position: "p-1" });
      await environment.advance(REORDER_MS);
    }
    expect(asked.filter((url) => url.includes("until=")).length).toBeLessThan(8);
    lane.stop();
  });

  it.each([
    ["does not answer", { connects: "never" as const }, RELAY_SUBSCRIBE_MS],
    ["refuses", { connects: "refused" as const }, 0],
    ["takes no messages", { seat: { publishing: false } }, 0],
  ])("REL-15: a provider that %s is bridged by poll and tried again", async (_why, start, wait) => {
    const { environment, lane, rule, asked } = scene(start);
    await environment.advance(wait + 1_000);
    await environment.advance(10_000);
    expect(lane.state).toMatchObject({ connection: "polling", transport: "poll" });
    expect(lane.state.why).toContain("provider");
    rule.connects = "at once";
    rule.seat = SEAT;
    await environment.advance(31_000);
    expect(lane.state).toMatchObject({ connection: "live", transport: "provider" });
    expect(asked.some((url) => url.includes("wait=10"))).toBe(true);
    lane.stop();
  });

  it("REL-15: the route that signs being down is bridged too", async () => {
    const { environment, lane } = scene({ auth: 503 });
    await environment.advance(12_000);
    expect(lane.state.transport).toBe("poll");
    lane.stop();
  });

  it("REL-15: a provider that falls silent, or stops taking messages, is left", async () => {
    const silent = scene();
    await settle();
    await silent.environment.advance(RELAY_STALE_MS + 13_000);
    expect(silent.lane.state.transport).toBe("poll");
    silent.lane.stop();
    const full = scene();
    await settle();
    full.rule.seat = { ...SEAT, publishing: false };
    await full.environment.advance(RELAY_CHECK_MS + 12_000);
    expect(full.lane.state.transport).toBe("poll");
    full.lane.stop();
  });

  it("REL-15: a connection that breaks for good is left at once", async () => {
    const { environment, lane, listeners, rule, send, lit } = scene();
    await settle();
    await send(batch("p0", "p1"));
    rule.head = 5;
    listeners.at(-1)?.fail("gone");
    await environment.advance(1_000);
    expect(lane.state.transport).toBe("poll");
    expect(lit()).toEqual(upTo(5));
    lane.stop();
  });

  it("ACC-17: a channel that turns between the seat and its signature is asked for again, and nothing is polled", async () => {
    const { lane, rule, asked } = scene({ connects: "refused" });
    rule.connects = "at once";
    rule.turns = true;
    await settle();
    expect(lane.state).toMatchObject({ connection: "live", transport: "provider" });
    expect(asked.filter((url) => url.endsWith("/relay")).length).toBe(3);
    lane.stop();
  });

  it("REL-15: a road that was given up while it subscribed is no fault of the provider's", async () => {
    const { environment, lane, rule } = scene({ connects: "never" });
    await settle();
    lane.seek("p5");
    rule.connects = "at once";
    await environment.advance(RELAY_SUBSCRIBE_MS + 100);
    expect(lane.state).toMatchObject({ connection: "live", transport: "provider" });
    lane.stop();
  });

  it("ACC-17: a channel that turns is left for its other name, and nothing is lost between", async () => {
    const { environment, lane, listeners, rule, asked, lit } = scene();
    await settle();
    rule.seat = { ...SEAT, channel: "c2" };
    rule.head = 2;
    listeners.at(-1)?.message("turn", {});
    await environment.advance(2_000);
    expect(listeners).toHaveLength(2);
    expect(lit()).toEqual(upTo(2));
    rule.seat = { ...SEAT, channel: "c3" };
    await environment.advance(RELAY_CHECK_MS + 2_000);
    expect(listeners).toHaveLength(3);
    expect(asked.filter((url) => url.endsWith("/relay")).length).toBeGreaterThan(2);
    lane.stop();
  });

  it("REL-10: asking goes on while nothing happens, so that the session lives", async () => {
    const { environment, lane, send, asked } = scene();
    await settle();
    for (let beats = 0; beats < 3; beats += 1) {
      await environment.advance(14_000);
      await send(beat("p0"));
    }
    expect(lane.state).toMatchObject({ connection: "live", transport: "provider" });
    expect(asked.filter((url) => url.endsWith("/relay")).length).toBeGreaterThan(3);
    lane.stop();
  });
});
