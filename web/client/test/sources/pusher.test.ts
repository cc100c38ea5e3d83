import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GRAPH } from "../../../app/test/support/page.ts";
import { browserEnvironment } from "../../src/environment.ts";
import type { Realtime } from "../../src/hostInterface.ts";
import { realtime } from "../../src/realtime.ts";
import type { PusherOptions } from "../../src/sources/options.ts";
import { pusher } from "../../src/sources/pusher.ts";
import { ThinReader } from "../../src/sources/thinEnvelopes.ts";
import { startSoketi } from "../support/soketi.ts";

const CHANNEL = "private-prod-segment-events";
const environment = { ...browserEnvironment, hidden: () => false, onWake: () => () => undefined };

describe("a provider's channel", () => {
  let server: Awaited<ReturnType<typeof startSoketi>>;
  const ends: (() => unknown)[] = [];

  beforeAll(async () => { server = await startSoketi(); }, 30_000);
  afterAll(async () => {
    for (const end of ends) await end();
    server.stop();
  });

  /** Waits for what the session publishes. */
  const until = (it: Realtime, done: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => { if (done()) { stop(); resolve(); } };
      const stop = it.subscribe(look);
      look();
    });

  async function session(more: Partial<PusherOptions> = {}) {
    const { host, port, key } = server.place;
    const source = pusher({ key, host, port, tls: false, channel: CHANNEL, auth: ({ socketId, channel }) => server.sign(socketId, channel), ...more });
    const made = realtime({ graph: GRAPH, source }, environment);
    ends.push(() => made.off());
    await made.on();
    return made;
  }

  it("EMB-8: thin envelopes light the graph, once each, and an edited binding is heard at once", async () => {
    const it = await session();
    await until(it, () => it.state.connection === "live");
    const send = (id: string, event_name: string, more: object = {}) => server.publish(CHANNEL, "segment", JSON.stringify({ event_name, occurred_at: "2026-01-02T03:04:05.000Z", message_id: id, trace_id: "p-1", ...more }));
    await send("m1", "see_a", { properties: { device: "mobile", email: "anna@example.com", nested: { plan: "pro" } } });
    await send("m1", "see_a");
    await send("m2", "see_b");
    await server.publish(CHANNEL, "segment", JSON.stringify([{ event_name: "Else", occurred_at: 1_767_323_045, message_id: "m3" }]));
    await until(it, () => it.state.counts.total === 3);
    expect(it.state).toMatchObject({ transport: "provider", why: "", counts: { mapped: 2, unmapped: 1 }, nodes: { a: { count: 1, exact: false }, b: { count: 1 } }, unmapped: [{ name: "Else", count: 1 }], sampling: { exact: false } });
    expect(JSON.stringify(it.state)).not.toMatch(/anna|p-1/);
    expect(it.state.traces.recent.map(({ events }) => events)).toEqual([2]);
    it.update({ ...GRAPH, version: "v2", listens: [...GRAPH.listens.slice(0, 1), { ...GRAPH.listens[1]!, names: ["Else"] }] });
    await send("m4", "Else");
    await until(it, () => it.state.nodes["b"]?.count === 2);
    expect(it.state.unmapped.map(({ name }) => name)).toEqual(["see_b"]);
  }, 20_000);

  it("EMB-8: names are mapped; another envelope says what it has, until one can be read", async () => {
    const it = await session({ fields: { name: "event", id: "meta.id", occurredAt: "ts" } });
    await until(it, () => it.state.connection === "live");
    await server.publish(CHANNEL, "any", JSON.stringify({ event_name: "see_a", message_id: "m1" }));
    await until(it, () => it.state.why !== "");
    expect(it.state.why).toBe(`The channel “${CHANNEL}” speaks another envelope: there is no \`event\` in it, but \`event_name\`, \`message_id\`. Say by \`fields\` what its parts are called.`);
    expect(it.state.connection).toBe("live");
    await server.publish(CHANNEL, "any", JSON.stringify({ event: "see_a", meta: { id: "m1" }, ts: Date.UTC(2026) }));
    await until(it, () => it.state.why === "" && it.state.nodes["a"]?.count === 1);
    expect(it.state.ledger.view.missed).toBe(1);
  }, 20_000);

  it("EMB-8: signs by the host's address as Pusher's client does; what it refuses is said", async () => {
    let status = 200;
    const asked: string[] = [];
    const host = createServer((request, response) => {
      let body = "";
      request.on("data", (piece: Buffer) => { body += piece.toString(); }).on("end", () => {
        const form = new URLSearchParams(body);
        asked.push([...form.keys()].join());
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(server.sign(form.get("socket_id") ?? "", form.get("channel_name") ?? "")));
      });
    });
    await new Promise<void>((listening) => { host.listen(0, "127.0.0.1", listening); });
    ends.push(() => host.close());
    const auth = `http://127.0.0.1:${(host.address() as AddressInfo).port}/api/realtime/pusher-auth`;
    const it = await session({ auth });
    await until(it, () => it.state.connection === "live");
    expect(asked).toEqual(["socket_id,channel_name"]);
    status = 403;
    const refused = await session({ auth });
    await until(refused, () => refused.state.connection === "reconnecting");
    expect(refused.state.why).toContain(`${auth} answers 403`);
  }, 20_000);

  it("EMB-8: what the options lack is said when it is turned on", async () => {
    const it = await session({ host: "" });
    await until(it, () => it.state.why !== "");
    expect([it.state.phase, it.state.why]).toEqual(["off", expect.stringContaining("needs a cluster or a host")]);
  });
});

it.each([
  [null, "it sends null, not an object."],
  ["text", "it sends text, not an object."],
  [7, "it sends a number, not an object."],
  [{}, "there is no `event_name` in it, but it is empty. Say"],
  [{ event_name: 7, message_id: "m" }, "there is no usable `event_name`"],
  [{ event_name: "e", message_id: "x".repeat(600) }, "there is no usable `message_id`"],
  [{ event_name: "e", message_id: "m", occurred_at: "soon" }, "its `occurred_at` is no time"],
  [{ event_name: "e", message_id: "m", occurred_at: 1e300 }, "its `occurred_at` is no time"],
  [Array.from({ length: 2_001 }, () => ({ event_name: "e", message_id: "m" })), "a message holds 2001 envelopes"],
])("EMB-8: what is no envelope is missed, and says why (%#)", (value, why) => {
  const reader = new ThinReader({ name: "event_name", occurredAt: "occurred_at", id: "message_id", trace: "trace_id", properties: "properties", list: "events" }, "0".repeat(32));
  const { wrong } = reader.read(value, 1);
  expect([wrong > 0, reader.wrong]).toEqual([true, expect.stringContaining(why)]);
});
