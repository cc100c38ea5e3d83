import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { pasted } from "../../../function/test/segment.js";
import { GRAPH } from "../../../app/test/support/page.ts";
import { browserEnvironment, type Environment } from "../../src/environment.ts";
import { nodeHandler, pusherAuth } from "../../src/pusherAuth.ts";
import type { Realtime } from "../../src/hostInterface.ts";
import { realtime } from "../../src/realtime.ts";
import { pusher } from "../../src/sources/pusher.ts";
import { startSoketi } from "../support/soketi.ts";

const QUARTER = 900_000;
const TOKEN_KEY = "0123456789abcdef0123456789abcdef";

/** A clock that goes on by itself and can be set forward: long sleeps end when it passes them. */
class Clock {
  #ahead = 0;
  readonly #sleeping = new Set<{ readonly until: number; readonly wake: () => void }>();
  readonly now = (): number => Date.now() + this.#ahead;

  advance(ms: number): void {
    this.#ahead += ms;
    for (const one of this.#sleeping) if (one.until <= this.now()) one.wake();
  }

  environment(): Environment {
    const sleep = (ms: number, signal: AbortSignal): Promise<void> => {
      const early = new AbortController();
      const one = { until: this.now() + ms, wake: () => { early.abort(); } };
      this.#sleeping.add(one);
      return browserEnvironment.sleep(ms, AbortSignal.any([signal, early.signal])).finally(() => this.#sleeping.delete(one));
    };
    return { ...browserEnvironment, now: this.now, sleep, random: () => 0, hidden: () => false, onWake: () => () => undefined };
  }
}

let provider: Awaited<ReturnType<typeof startSoketi>>;
const ends: (() => unknown)[] = [];
beforeAll(async () => { provider = await startSoketi(); }, 30_000);
afterAll(async () => {
  for (const end of ends) await end();
  provider.stop();
});

/** A host's back end with the users of these tokens, its page, and the pasted function beside it. */
async function host() {
  const clock = new Clock();
  const state = { users: new Set(["t1", "t2"]), lapsed: new Set<string>(), fetched: 0, port: provider.place.port };
  const { key, host: where } = provider.place;
  const handle = (port: number) => pusherAuth({
    key, secret: "a-secret", host: where, port, tls: false, workspace: "acme", env: "prod", tokenKey: TOKEN_KEY, now: clock.now,
    allowed: ({ headers }) => {
      const token = (headers.get("authorization") ?? "").replace("Bearer ", "");
      return state.lapsed.has(token) ? null : state.users.has(token);
    },
  });
  const server = createServer((request, response) => void nodeHandler(handle(state.port))(request, response));
  await new Promise<void>((listening) => { server.listen(0, "127.0.0.1", listening); });
  ends.push(() => server.close());
  const auth = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/realtime/pusher-auth`;

  class Later extends Date {
    static override now = clock.now;
  }
  const file = pasted({ Date: Later });
  const plan = JSON.stringify({
    format: "dagnet-realtime-function/1", version: "p1", workspace: "acme", env: "prod", provider: { app: "4711", key, api: `http://127.0.0.1:${provider.place.port}`, limit: 10_000, batch: 10 },
    turn: 900, rotation: 86_400, trace: ["anonymousId"], properties: [], deny: [], needed: [], test: "", sample: 1, carries: "listened", listens: GRAPH.listens.map(({ names, filters }) => ({ names, filters })),
  });
  let sent = 0;
  const track = async (...names: string[]): Promise<void> => {
    const events = names.map((event) => ({ type: "track", event, messageId: `m${(sent += 1)}`, anonymousId: "anna", timestamp: new Date(clock.now()).toISOString(), properties: { email: "anna@example.com" } }));
    expect(await file.onBatch(events, { plan, tokenKey: TOKEN_KEY, providerSecret: "a-secret" })).toMatchObject(events.map(() => ({ status: 200 })));
  };
  const session = async (token = () => `t${(state.fetched += 1)}`): Promise<Realtime> => {
    const made = realtime({ graph: GRAPH, source: pusher({ auth, token }) }, clock.environment());
    ends.push(() => made.off());
    await made.on();
    return made;
  };
  return { clock, state, auth, track, session };
}

const until = (it: Realtime, done: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => { if (done()) { stop(); resolve(); } };
    const stop = it.subscribe(look);
    look();
  });

it("FUN-21: the pasted function lights the graph by the host's own back end: a token lapses, the channel's name changes, and who is removed is sent away", async () => {
  const { clock, state, track, session } = await host();
  const it = await session();
  await until(it, () => it.state.connection === "live");
  await track("see_a", "see_b", "Else");
  await until(it, () => it.state.counts.total === 2);
  expect(it.state).toMatchObject({ transport: "function", why: "", nodes: { a: { count: 1, exact: false }, b: { count: 1 } }, sampling: { exact: false } });
  expect(JSON.stringify(it.state)).not.toMatch(/anna/);
  expect(state.fetched).toBe(1);
  state.lapsed.add("t1");
  clock.advance(30_000);
  await until(it, () => state.fetched === 2);
  clock.advance(QUARTER);
  await expect.poll(async () => {
    await track("see_a");
    return it.state.nodes["a"]?.count;
  }, { timeout: 10_000 }).toBeGreaterThan(1);
  expect([it.state.connection, it.state.why]).toEqual(["live", ""]);
  state.users.clear();
  clock.advance(30_000);
  await until(it, () => it.state.phase === "off");
  expect(it.state.why).toContain("You may not watch this workspace");
  const before = it.state.counts.total;
  await track("see_a");
  expect(it.state.counts.total).toBe(before);
}, 30_000);

it("FUN-21: who is not let in, or no longer signed in, and what answers otherwise, is said", async () => {
  const { state, session } = await host();
  const refused = await session(() => "t9");
  await until(refused, () => refused.state.phase === "off" && refused.state.why !== "");
  expect(refused.state.why).toContain("You may not watch this workspace");
  state.lapsed.add("t8");
  const lapsed = await session(() => "t8");
  await until(lapsed, () => lapsed.state.phase === "off" && lapsed.state.why !== "");
  expect(lapsed.state.why).toBe("No one is signed in. Sign in to this page, and turn Realtime on again.");
  const page = createServer((_, response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>"));
  await new Promise<void>((listening) => { page.listen(0, "127.0.0.1", listening); });
  ends.push(() => page.close());
  const other = realtime({ graph: GRAPH, source: pusher({ auth: `http://127.0.0.1:${(page.address() as AddressInfo).port}/index.html` }) }, new Clock().environment());
  ends.push(() => other.off());
  await other.on();
  await until(other, () => other.state.why !== "");
  expect(other.state.why).toMatch(/^Another program answers at http.*index\.html/);
  const none = realtime({ graph: GRAPH, source: pusher({ auth: "" }) }, new Clock().environment());
  await none.on();
  await until(none, () => none.state.why !== "");
  expect(none.state).toMatchObject({ phase: "off", why: expect.stringContaining("needs the address in `auth`") as string });
}, 20_000);

it("FUN-21: a provider that goes away is said, and heard again when it is back; between them is a gap", async () => {
  const { state, track, session } = await host();
  const road = new AbortController();
  ends.push(() => { road.abort(); });
  state.port = await provider.through(road.signal);
  const it = await session();
  await until(it, () => it.state.connection === "live");
  await track("see_a");
  await until(it, () => it.state.counts.total === 1);
  road.abort();
  provider.cut();
  await until(it, () => it.state.connection === "reconnecting");
  expect(it.state.why).not.toBe("");
  const again = new AbortController();
  ends.push(() => { again.abort(); });
  state.port = await provider.through(again.signal);
  await until(it, () => it.state.connection === "live");
  await track("see_b");
  await until(it, () => it.state.nodes["b"]?.count === 1);
  expect(it.state.ledger.missed.unknown).toBeGreaterThan(0);
}, 30_000);
