/** The functions of `examples/dagnet` in DagNet's deployment, with a server that answers as GitHub's API does. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";

type Handler = (request: Request) => Promise<Response>;

/** What GitHub knows: people by their tokens, and what it answers in place of the repository. */
const github = { people: { "Bearer ghp_ada": 42 } as Record<string, number>, readers: [42], open: false, status: 0, asked: [] as string[] };

function answer(path: string, authorization: string): { readonly status: number; readonly body: object } {
  const id = github.people[authorization];
  if (github.status !== 0) return { status: github.status, body: { message: "API rate limit exceeded", status: String(github.status) } };
  if (id === undefined) return { status: 401, body: { message: "Bad credentials", status: "401" } };
  if (path === "/user") return { status: 200, body: { id, login: "ada" } };
  if (!github.open && !github.readers.includes(id)) return { status: 404, body: { message: "Not Found", status: "404" } };
  return { status: 200, body: { full_name: "acme/data", private: !github.open, permissions: { admin: false, push: false, pull: true } } };
}

let server: Server;
let token: Handler;
let channels: Handler;

beforeAll(async () => {
  server = createServer(({ url = "", headers }, response) => {
    github.asked.push(url);
    const { status, body } = answer(url, headers.authorization ?? "");
    response.writeHead(status, { "content-type": "application/json; charset=utf-8" }).end(JSON.stringify(body));
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const api = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const settings = { GITHUB_API: api, REALTIME_REPO: "acme/data", REALTIME_VIEWER_KEY: "v".repeat(44), PUSHER_KEY: "a-key", PUSHER_SECRET: "a-secret", REALTIME_TOKEN_KEY: "0f".repeat(32) };
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  const folder = new URL("../../../examples/dagnet/api/realtime/", import.meta.url).pathname;
  const load = async (file: string) => ((await import(/* @vite-ignore */ `${folder}${file}`)) as { readonly GET: Handler }).GET;
  [token, channels] = await Promise.all([load("token.ts"), load("pusher-auth.ts")]);
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.close();
});
beforeEach(() => {
  Object.assign(github, { readers: [42], open: false, status: 0, asked: [] });
});

const asking = (authorization?: string) => new Request("https://dagnet.test/api/realtime/token", { headers: authorization === undefined ? {} : { authorization } });

describe("whom DagNet's deployment lets in by their GitHub token", () => {
  it("ACC-65, FUN-21: a reader of the private repository gets a token, and the channels", async () => {
    const minted = await token(asking("Bearer ghp_ada"));
    expect([minted.status, minted.headers.get("cache-control")]).toEqual([200, "no-store"]);
    const [, claims = ""] = ((await minted.json()) as { readonly token: string }).token.split(".");
    expect(JSON.parse(Buffer.from(claims, "base64url").toString())).toMatchObject({ sub: "github-42", workspace: "acme-main", env: "prod", role: "follow" });
    const seat = await channels(asking("Bearer ghp_ada"));
    expect([seat.status, ((await seat.json()) as { readonly channels: readonly string[] }).channels.length]).toEqual([200, expect.any(Number)]);
    expect(new Set(github.asked)).toEqual(new Set(["/repos/acme/data", "/user"]));
  });

  it.each([
    ["no token", undefined, {}, 401],
    ["a token that has lapsed or was revoked", "Bearer ghp_old", {}, 401],
    ["who may not read it", "Bearer ghp_ada", { readers: [] }, 403],
    ["a repository that everyone may read", "Bearer ghp_ada", { open: true }, 403],
    ["GitHub's rate limit", "Bearer ghp_ada", { status: 403 }, 503],
    ["too many requests", "Bearer ghp_ada", { status: 429 }, 503],
    ["GitHub's own trouble", "Bearer ghp_ada", { status: 502 }, 503],
  ] as const)("ACC-65, FUN-21: %s", async (_, authorization, known, status) => {
    Object.assign(github, known);
    const quiet = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const answers = await Promise.all([token, channels].map((handler) => handler(asking(authorization))));
    expect(answers.map((one) => one.status)).toEqual([status, status]);
    quiet.mockRestore();
  });
});
