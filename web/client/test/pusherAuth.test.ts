import { readFileSync } from "node:fs";
import { createServer, request as nodeRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, describe, expect, it } from "vitest";
import { nodeHandler, pusherAuth, type NodeRequest, type PusherAuthOptions } from "../src/pusherAuth.ts";

interface Case {
  readonly name: string;
  readonly now: number;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string;
  readonly allowed: boolean | null;
  readonly status: number;
  readonly answers: Record<string, string>;
  readonly json?: unknown;
  readonly code?: string;
  readonly title?: string;
}
type Written = Omit<PusherAuthOptions, "tokenKey" | "allowed"> & { readonly token_key: string };
const vectors = JSON.parse(readFileSync(new URL("../../../conformance/pusher_auth.json", import.meta.url), "utf8")) as { readonly options: Written; readonly cases: readonly Case[]; readonly unusable: readonly Partial<Written>[] };

const read = ({ token_key: tokenKey, ...options }: Written): Omit<PusherAuthOptions, "allowed"> => ({ ...options, tokenKey });
const OPTIONS = read(vectors.options);
const CHANNEL = "private-dagnet-function-ba56cdc56c4923b7133d0c7169c5c5f16318995c";
const FORM = { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin" };
const BODY = `socket_id=12.34&channel_name=${CHANNEL}`;
const now = () => 1_767_323_045_678;

describe("authorisation in a host's back end", () => {
  it.each(vectors.cases)("FUN-21: a request is answered, as by the handler in Python: $name", async ({ now: at, method, headers, body, allowed, status, answers, json, code, title }) => {
    const handler = pusherAuth({ ...OPTIONS, allowed: () => allowed, now: () => at });
    const answer = await handler(new Request("http://any.example/", { method, headers, ...(body === "" ? {} : { body }) }));
    expect([answer.status, Object.fromEntries(Object.keys(answers).map((name) => [name, answer.headers.get(name)]))]).toEqual([status, answers]);
    expect([...answer.headers.keys()].filter((name) => /^(?:access-|allow|vary)/.test(name) && name in answers).length).toBe(Object.keys(answers).length);
    const text = await answer.text();
    const said = (text === "" ? {} : JSON.parse(text)) as Record<string, unknown>;
    if (json === undefined) expect([said["code"], said["title"]]).toEqual([code, title]);
    else expect(said).toEqual(json);
  });

  it.each(vectors.unusable)("FUN-21: options that cannot work are refused at the start: %j", (options) => {
    const { tokenKey } = OPTIONS;
    const make = () => pusherAuth({ ...read({ ...vectors.options, ...options }), allowed: () => true });
    expect(make).toThrow(RangeError);
    expect(make).not.toThrow(tokenKey);
  });

  it("FUN-21: a host whose check fails says nothing of it outside, and only `true` lets in", async () => {
    const reported: unknown[] = [];
    const wrong = new Error("the users' table is away");
    const failing = pusherAuth({ ...OPTIONS, allowed: () => Promise.reject(wrong), report: (error) => { reported.push(error); } });
    const answer = await failing(new Request("http://any.example/", { headers: FORM }));
    expect([answer.status, reported]).toEqual([503, [wrong]]);
    expect(await answer.text()).not.toContain("table");
    for (const truthy of [{ user: null }, 1, "yes", new Response(null, { status: 401 })]) {
      const mistaken = pusherAuth({ ...OPTIONS, allowed: () => truthy as unknown as boolean });
      expect((await mistaken(new Request("http://any.example/", { headers: FORM }))).status).toBe(403);
    }
  });

  it("FUN-21: of a body no more is read than says that it is too long; one that breaks off signs nothing", async () => {
    const handler = pusherAuth({ ...OPTIONS, allowed: () => true, now });
    let pulled = 0;
    const endless = new ReadableStream({ pull: (to) => { pulled += 1; to.enqueue(new Uint8Array(1024)); } });
    const broken = new ReadableStream({ start: (to) => { to.enqueue(new TextEncoder().encode(BODY)); }, pull: (to) => { to.error(new Error("reset")); } });
    for (const body of [endless, broken]) {
      const asked = new Request("http://any.example/", { method: "POST", headers: FORM, body, duplex: "half" } as RequestInit);
      expect((await handler(asked)).status).toBe(413);
    }
    expect(pulled).toBeLessThan(8);
  });
});

describe("servers of Node's own kind", () => {
  const handler = pusherAuth({ ...OPTIONS, allowed: ({ headers }) => headers.get("cookie") === "ada", now });
  const serve = nodeHandler(handler);
  const server = createServer((request, response) => { void serve(request, response); });
  const listening = new Promise<number>((done) => { server.listen(0, "127.0.0.1", () => { done((server.address() as AddressInfo).port); }); });
  afterAll(() => server.close());

  const ask = async (method: string, headers: Record<string, string>, pieces: readonly string[] = []): Promise<[number, string]> => {
    const port = await listening;
    return new Promise((done, fail) => {
      const asked = nodeRequest({ port, host: "127.0.0.1", method, headers, agent: false }, (answer) => {
        let text = "";
        answer.on("data", (piece: Buffer) => { text += piece.toString(); }).on("end", () => { done([answer.statusCode ?? 0, text]); });
      }).on("error", fail);
      for (const piece of pieces) asked.write(piece);
      asked.end();
    });
  };

  it("FUN-21: cookies, origins and bodies get through, and methods that make no request are refused", async () => {
    const own = { ...FORM, cookie: "ada" };
    expect(await ask("POST", own, [BODY])).toEqual([200, expect.stringContaining("a-key:1faa6ce41d84ed757924ac06349b5ad5234984b9b5cdf139e39fa0b27216fb4e")]);
    expect((await ask("POST", { ...own, "content-length": String(BODY.length) }, [BODY]))[0]).toBe(200);
    expect(await ask("GET", own)).toEqual([200, expect.stringContaining(CHANNEL)]);
    expect((await ask("GET", { cookie: "eve" }))[0]).toBe(403);
    expect((await ask("TRACE", own))[0]).toBe(405);
    expect((await ask("POST", { ...own, host: "no host at all" }, [BODY]))[0]).toBe(200);
    const port = await listening;
    const older = { ...own, "sec-fetch-site": "" , origin: `http://127.0.0.1:${port}` };
    const { "sec-fetch-site": _, ...before } = older;
    expect((await ask("POST", before, [BODY]))[0]).toBe(200);
    expect((await ask("POST", { ...before, origin: "https://evil.example" }, [BODY]))[0]).toBe(403);
  });

  it("FUN-21: a body that is too long is refused with an answer, whether it says so or comes in pieces", async () => {
    const own = { ...FORM, cookie: "ada" };
    expect((await ask("POST", own, Array.from({ length: 9 }, () => "x".repeat(1000))))[0]).toBe(413);
    expect((await ask("POST", { ...own, "content-length": "9000" }, ["x".repeat(9000)]))[0]).toBe(413);
  });

  it("FUN-21: a body that a framework has read before is taken from it, doubled fields as well", async () => {
    const answered = async (body: unknown): Promise<number> => {
      const response = { statusCode: 0, setHeader: () => undefined, end: () => undefined };
      const request: NodeRequest = { method: "POST", headers: { ...FORM, cookie: "ada" }, body, [Symbol.asyncIterator]: async function* () {} };
      await serve(request, response);
      return response.statusCode;
    };
    expect(await answered({ socket_id: "12.34", channel_name: CHANNEL })).toBe(200);
    expect(await answered({ socket_id: "12.34", channel_name: [CHANNEL, "private-other"] })).toBe(400);
    expect(await answered(BODY)).toBe(200);
    expect(await answered(new TextEncoder().encode(BODY))).toBe(200);
    expect(await answered(undefined)).toBe(400);
  });
});
