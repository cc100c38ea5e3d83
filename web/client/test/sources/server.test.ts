import { readFileSync, readdirSync } from "node:fs";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { loadYaml } from "../../../app/src/offline/workspace.ts";
import { browserEnvironment } from "../../src/environment.ts";
import { graphFrom } from "../../src/graph/graphFrom.ts";
import type { Graph } from "@dagnet-realtime/engine/wire.gen";
import { insideOf, type Realtime } from "../../src/hostInterface.ts";
import { realtime } from "../../src/realtime.ts";
import type { ServerOptions } from "../../src/sources/options.ts";
import { server } from "../../src/sources/server.ts";
import { type RunningServer, startServer } from "../support/server.ts";

const SHOP = `${import.meta.dirname}/../../../../src/dagnet_realtime/samples/shop`;
const [NAME, OTHER] = readdirSync(`${SHOP}/graphs`).map((file) => file.replace(".json", "")) as [string, string];
const objects = (folder: string) => Object.fromEntries(readdirSync(`${SHOP}/${folder}`).map((file) => [file.replace(/\.ya?ml$/, ""), loadYaml(readFileSync(`${SHOP}/${folder}/${file}`, "utf8"))]));
const read = (name: string): Graph => graphFrom({ graph: JSON.parse(readFileSync(`${SHOP}/graphs/${name}.json`, "utf8")) as unknown, events: objects("events"), nodes: objects("nodes"), name }).graph;
const graph = read(NAME);
const environment = { ...browserEnvironment, hidden: () => false, onWake: () => () => undefined };

let running: RunningServer;
beforeAll(async () => { running = await startServer(); }, 60_000);
afterAll(() => { running.stop(); });

const open = (more: Partial<ServerOptions> = {}): Realtime => realtime({ graph, source: server({ url: `${running.url}/`, workspace: "shop", env: "local", token: () => running.mint(300), ...more }) }, environment);

/** Waits for a change of the summary after which `done` holds. */
const until = (it: Realtime, done: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => { if (done() || (it.state.phase === "off" && it.state.why !== "")) { stop(); resolve(); } };
    const stop = it.subscribe(look);
    look();
  });

it.each(["push", "poll"] as const)("EMB-10: by %s, a token that lapses in the middle is renewed, and no event is lost or counted twice", async (transport) => {
  let minted = 0;
  const session = open({ transport, token: () => { minted += 1; return running.mint(2); } });
  await session.on();
  await until(session, () => session.state.connection === (transport === "push" ? "live" : "polling"));
  let sent = 0;
  for (; minted < 4 && sent < 200; sent += 1) {
    const before = session.state.counts.tests;
    await running.send(NAME, null);
    await until(session, () => session.state.counts.tests > before);
  }
  expect([minted >= 4, session.state.counts.tests]).toEqual([true, sent]);
  expect(session.state).toMatchObject({ phase: "on", transport, why: "", ledger: { balances: true, duplicates: 0, missed: { exact: 0, unknown: 0 } }, sampling: { exact: true } });
  await session.off();
}, 60_000);

it("EMB-10: a token that lapses unknown to the host is renewed when the server says so, by push and by poll, and no event is lost", async () => {
  const watched = await Promise.all((["push", "poll"] as const).map(async (transport) => {
    const made = { transport, minted: 0 };
    // The host's clock is an hour behind the server's.
    const session = open({ transport, token: async () => ({ token: await running.mint((made.minted += 1) === 1 ? 2 : 300), expiresAt: Date.now() + 3_600_000 }) });
    await session.on();
    await until(session, () => session.state.connection === (transport === "push" ? "live" : "polling"));
    return { made, session };
  }));
  const counted = (tests: number) => Promise.all(watched.map(({ session }) => until(session, () => session.state.counts.tests === tests)));
  await running.send(NAME, null);
  await counted(1);
  // The stream ends with a `bye` and the poll is refused; the token is asked for then alone.
  await Promise.all(watched.map(({ made, session }) => until(session, () => made.minted === 2 && session.state.retryAt === null && session.state.connection !== "reconnecting")));
  await running.send(NAME, null);
  await counted(2);
  for (const { made, session } of watched) {
    expect(made.minted).toBe(2);
    expect(session.state).toMatchObject({ phase: "on", transport: made.transport, why: "", ledger: { balances: true, duplicates: 0, missed: { exact: 0, unknown: 0 } } });
    await session.off();
  }
}, 60_000);

it("EMB-10: who is not let in, what is not there, and a token that cannot be had are sentences", async () => {
  const cases: readonly [Partial<ServerOptions>, string][] = [
    [{ token: "wrong" }, "not signed in."],
    [{ token: () => Promise.reject(new Error("the back end is away")) }, "could not get an access token. the back end is away"],
    [{ token: () => "" }, "could not get an access token"],
    [{ graph: "nowhere" }, "nowhere"],
    [{ workspace: "other" }, ""],
    [{ url: "http://127.0.0.1:9" }, "does not answer"],
  ];
  for (const [options, why] of cases) {
    const session = open(options);
    await session.on();
    await until(session, () => session.state.why !== "");
    expect([session.state.phase, session.state.connection, session.state.why]).toEqual(["off", "off", expect.stringContaining(why)]);
  }
}, 60_000);

it("EMB-6: another graph keeps the session and its lease, and the server counts it anew since On, by push and by poll", async () => {
  for (const transport of ["push", "poll"] as const) {
    const fetched = vi.spyOn(globalThis, "fetch");
    const asked = (method: string) => fetched.mock.calls.filter(([, init]) => init?.method === method).map(([url, init]) => [new URL(url instanceof Request ? url.url : url).pathname, init?.body]);
    const session = open({ transport });
    await session.on();
    await until(session, () => session.state.connection === (transport === "push" ? "live" : "polling"));
    const { session: id } = insideOf(session);
    const counted = async (name: string, tests: number) => {
      await running.send(name, null);
      await until(session, () => session.state.counts.tests === tests);
    };
    await counted(NAME, 1);
    session.update(read(OTHER));
    await counted(OTHER, 2);
    session.update({ ...read(OTHER), title: "edited" });
    session.update(read(NAME));
    await counted(NAME, 3);
    await until(session, () => asked("PATCH").length === 2);
    await Promise.all(fetched.mock.results.filter((_, n) => fetched.mock.calls[n]?.[1]?.method === "PATCH").map(({ value }) => value as Promise<Response>));
    await counted(NAME, 4);
    expect(asked("PATCH")).toEqual([OTHER, NAME].map((name) => [`/api/watch/${id!}`, JSON.stringify({ graph: name })]));
    expect([insideOf(session).session, asked("DELETE")]).toEqual([id, []]);
    expect(session.state).toMatchObject({ phase: "on", why: "", counts: { tests: 4 }, ledger: { balances: true, duplicates: 0, missed: { exact: 0, unknown: 0 } } });
    await session.off();
    fetched.mockRestore();
  }
}, 60_000);

it("EMB-6: a graph that the server does not have is shown and lit by what this page matches, and `why` says so", async () => {
  const session = open();
  await session.on();
  await until(session, () => session.state.connection === "live");
  const { session: id } = insideOf(session);
  session.update({ ...graph, name: "nowhere" });
  await until(session, () => session.state.why !== "");
  expect(session.state.why).toContain("The server goes on with the graph before; this one lights by what this page matches.");
  await running.send(NAME, null);
  await until(session, () => session.state.counts.tests === 1);
  expect([session.state.phase, insideOf(session).session]).toEqual(["on", id]);
  session.update(graph);
  await until(session, () => session.state.why === "");
  expect([session.state.phase, insideOf(session).session]).toEqual(["on", id]);
  await session.off();
  const fixed = open({ graph: NAME });
  const fetched = vi.spyOn(globalThis, "fetch");
  await fixed.on();
  fixed.update(read(OTHER));
  await until(fixed, () => fixed.state.connection === "live");
  expect([fixed.state.why, fetched.mock.calls.filter(([, init]) => init?.method === "PATCH")]).toEqual(["", []]);
  await fixed.off();
  fetched.mockRestore();
}, 60_000);
