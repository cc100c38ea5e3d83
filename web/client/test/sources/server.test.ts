import { readFileSync, readdirSync } from "node:fs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadYaml } from "../../../app/src/offline/workspace.ts";
import { browserEnvironment } from "../../src/environment.ts";
import { graphFrom } from "../../src/graph/graphFrom.ts";
import type { Realtime } from "../../src/hostInterface.ts";
import { realtime } from "../../src/realtime.ts";
import type { ServerOptions } from "../../src/sources/options.ts";
import { server } from "../../src/sources/server.ts";
import { type RunningServer, startServer } from "../support/server.ts";

const SHOP = `${import.meta.dirname}/../../../../src/dagnet_realtime/samples/shop`;
const NAME = readdirSync(`${SHOP}/graphs`)[0]!.replace(".json", "");
const objects = (folder: string) => Object.fromEntries(readdirSync(`${SHOP}/${folder}`).map((file) => [file.replace(/\.ya?ml$/, ""), loadYaml(readFileSync(`${SHOP}/${folder}/${file}`, "utf8"))]));
const { graph } = graphFrom({ graph: JSON.parse(readFileSync(`${SHOP}/graphs/${NAME}.json`, "utf8")) as unknown, events: objects("events"), nodes: objects("nodes"), name: NAME });
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
