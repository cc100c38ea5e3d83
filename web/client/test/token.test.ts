import { expect, it } from "vitest";
import { renewing } from "../src/sources/remote.ts";
import { type AccessToken, Bearer } from "../src/token.ts";
import { OFF, type Transport } from "../src/transport/transport.ts";
import { FakeEnvironment, settle } from "./support/environment.ts";

const MINUTE = 60_000;

/** A host whose tokens last five minutes, and that fails while it is `away`. */
function host() {
  const environment = new FakeEnvironment();
  const made = { environment, asked: 0, away: false, refused: new Set<string>(), sent: [] as string[] };
  const from = (): AccessToken => {
    made.asked += 1;
    if (made.away) throw new Error("away");
    return { token: `t${made.asked}`, expiresAt: environment.time + 5 * MINUTE };
  };
  const bearer = new Bearer(from, () => environment.time, (_, init) => {
    const token = (new Headers(init?.headers).get("authorization") ?? "").replace("Bearer ", "");
    made.sent.push(token);
    return Promise.resolve(new Response("", { status: made.refused.has(token) ? 401 : 200 }));
  });
  const send = async (): Promise<number> => (await bearer.fetch("/api/me")).status;
  return { ...made, made, bearer, send };
}

it("EMB-10: a token is asked for once, and again a minute and a half before it lapses, or when it is refused", async () => {
  const { made, bearer, send, environment } = host();
  expect(await Promise.all([send(), send()])).toEqual([200, 200]);
  environment.time += 3 * MINUTE;
  await send();
  environment.time += MINUTE;
  await send();
  made.refused.add("t2");
  expect(await send()).toBe(200);
  expect([made.sent, made.asked, bearer.renewAt]).toEqual([["t1", "t1", "t1", "t2", "t2", "t3"], 3, environment.time + 3.5 * MINUTE]);
});

it("EMB-10: while a host gives no other, the token before serves until it lapses", async () => {
  const { made, send, environment } = host();
  await send();
  made.away = true;
  environment.time += 4 * MINUTE;
  expect(await send()).toBe(200);
  environment.time += MINUTE;
  await expect(send()).rejects.toMatchObject({ title: "This page could not get an access token.", detail: "away" });
  made.away = false;
  expect(await send()).toBe(200);
  expect(made.sent).toEqual(["t1", "t1", `t${made.asked}`]);
});

it("EMB-10: the transport reconnects with a fresh token, and a host that gives none is asked ever less often", async () => {
  const { made, bearer, send, environment } = host();
  await send();
  let reconnected = 0;
  const inner: Transport = { state: { ...OFF, connection: "live", transport: "push" }, start: () => undefined, stop: () => undefined, reconnect: () => { reconnected += 1; } };
  const transport = renewing(inner, bearer, environment);
  transport.start({ frame: () => undefined, tap: () => undefined, state: () => undefined, ended: () => undefined });
  await settle();
  await environment.advance(4 * MINUTE);
  expect([made.asked, reconnected]).toEqual([2, 1]);
  made.away = true;
  await environment.advance(60 * MINUTE);
  expect(reconnected).toBe(1);
  expect(made.asked).toBeLessThan(400);
  made.away = false;
  await environment.advance(MINUTE);
  expect(reconnected).toBe(2);
  transport.stop();
  const { asked } = made;
  await environment.advance(60 * MINUTE);
  expect(made.asked).toBe(asked);
});
