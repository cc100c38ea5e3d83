/** Authorisation for a host's back end: lets its users subscribe to the channels that our function
 * in Segment publishes to.
 *
 * `GET` answers where the provider is and which channels are in use at this moment; `POST` signs a
 * subscription, as Pusher's client asks for it. Nothing is kept, and no event passes: any process
 * answers, also one that lives for one request. The channels' names change every quarter of an hour
 * and follow from `tokenKey`, so a user who is no longer let in stops receiving with the next name.
 *
 * It needs Web APIs alone: Node 20 or later, Deno, Bun, and edge runtimes.
 * `dagnet_realtime/pusher_auth.py` is its twin, and `conformance/pusher_auth.json` holds both to
 * the same answers.
 */
import { FUNCTION_CHANNEL_MS, FUNCTION_CHANNEL_OVERLAP_MS } from "@dagnet-realtime/engine/wire.gen";

export interface PusherAuthOptions {
  /** The key of the app at the provider. */
  readonly key: string;
  /** The secret of that app; the function has it as `providerSecret`. */
  readonly secret: string;
  /** Pusher's cluster, as "eu"; or the host of another provider, as browsers reach it. */
  readonly cluster?: string;
  readonly host?: string;
  /** Of `host`; 443, or 80 without TLS. */
  readonly port?: number;
  readonly tls?: boolean;
  readonly workspace: string;
  readonly env: string;
  /** The function's setting `tokenKey`: hexadecimal digits. */
  readonly tokenKey: string;
  /** Whether the person who asks may watch: true lets in, false refuses, null says that no one is
   * signed in, or no longer. It reads headers; the body has been read. If it throws, the answer is
   * 503.
   */
  readonly allowed: (request: Request) => boolean | null | Promise<boolean | null>;
  /** Other origins whose pages may ask, as `https://editor.example.com`; none unless given. They
   * are let in by a token in the header `authorization`, never by a cookie.
   */
  readonly origins?: readonly string[];
  /** Receives what `allowed` throws; the console's error log unless given. */
  readonly report?: (error: unknown) => void;
  /** Milliseconds since 1970; the present unless given. */
  readonly now?: () => number;
}

/** Answers one request. Never rejects. */
export type WebHandler = (request: Request) => Promise<Response>;

const METHODS = "GET, POST";
const FORM = "application/x-www-form-urlencoded";
/** A form has some 120 bytes. */
const MOST_BYTES = 4096;
const SOCKET_ID = /^[0-9]{1,20}\.[0-9]{1,20}$/;
const TOKEN_KEY = /^(?:[0-9a-f]{2}){8,}$/;
const PREFLIGHT_SECONDS = "600";

const utf8 = new TextEncoder();

/** A handler for one address of the host, as `/api/realtime/pusher-auth`. Throws a RangeError for
 * options that cannot work.
 */
export function pusherAuth(options: PusherAuthOptions): WebHandler {
  const place = provider(options);
  const { key, secret, workspace, env, tokenKey, allowed, origins = [], report = reportToConsole, now = () => Date.now() } = options;
  check(key !== "" && secret !== "", "key and secret are not those of an app at the provider");
  check(workspace !== "" && env !== "", "workspace and env are not those of the function's plan");
  check(TOKEN_KEY.test(tokenKey), "tokenKey is not the function's setting: 16 or more hexadecimal digits, in lower case");
  for (const origin of origins) check(/^https?:/.test(origin) && URL.canParse(origin) && new URL(origin).origin === origin, "origins are not written as browsers send them, as https://editor.example.com");
  const channelKey = hmac(Uint8Array.from(tokenKey.match(/../g) ?? [], (pair) => parseInt(pair, 16)), "relay: function channel");

  const channelAt = async (at: number): Promise<string> => {
    const digits = hex(await hmac(await channelKey, `${workspace}\0${env}\0${Math.floor(at / FUNCTION_CHANNEL_MS)}`));
    return `private-dagnet-function-${digits.slice(0, 40)}`;
  };
  const channels = async (at: number): Promise<readonly string[]> => {
    const both = await Promise.all([channelAt(Math.max(0, at - FUNCTION_CHANNEL_OVERLAP_MS)), channelAt(at + FUNCTION_CHANNEL_OVERLAP_MS)]);
    return [...new Set(both)];
  };

  const answer = async (request: Request): Promise<Answer> => {
    if (request.method !== "GET" && request.method !== "POST") return refused(405, "invalid", "This address takes GET and POST", "", { allow: METHODS });
    if (!mayAsk(request, origins)) return refused(403, "forbidden", "This page may not ask here", "List its origin in `origins`");
    const asked = request.method === "POST" ? await subscriptionOf(request) : null;
    if (asked !== null && "status" in asked) return asked;
    let verdict: boolean | null;
    try {
      verdict = await allowed(request);
    } catch (error) {
      report(error);
      return refused(503, "unavailable", "Who may watch could not be found out", "It is tried again");
    }
    if (verdict === null) return refused(401, "unauthorized", "No one is signed in", "Sign in, and turn Realtime on again");
    // A mistaken callback may return anything: only `true` lets in.
    if ((verdict as unknown) !== true) return refused(403, "forbidden", "You may not watch this workspace", "Ask the owner of this site");
    const present = await channels(now());
    if (asked === null) return { status: 200, body: { public: place, channels: present } };
    if (!present.includes(asked.channel)) return refused(403, "forbidden", "That channel is not this workspace's", "Ask for its channels again");
    const signature = hex(await hmac(utf8.encode(secret), `${asked.socketId}:${asked.channel}`));
    return { status: 200, body: { auth: `${key}:${signature}` } };
  };

  return async (request) => {
    const listed = origins.includes(request.headers.get("origin") ?? "");
    const cors: Record<string, string> = { vary: "origin", ...(listed ? { "access-control-allow-origin": request.headers.get("origin") ?? "" } : {}) };
    if (request.method === "OPTIONS" && listed)
      return new Response(null, { status: 204, headers: { ...cors, "access-control-allow-methods": METHODS, "access-control-allow-headers": "authorization, content-type", "access-control-max-age": PREFLIGHT_SECONDS } });
    const { status, body, headers = {} } = await answer(request);
    const kind = status === 200 ? "application/json" : "application/problem+json";
    return new Response(JSON.stringify(body), { status, headers: { "content-type": kind, "cache-control": "no-store", "x-content-type-options": "nosniff", ...cors, ...headers } });
  };
}

interface Answer {
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
}

function refused(status: number, code: string, title: string, remedy: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, body: { code, title, status, detail: "", remedy }, headers };
}

/** The provider as browsers reach it. */
function provider({ key, cluster = "", host = "", tls = true, port = tls ? 443 : 80 }: PusherAuthOptions): object {
  check(cluster !== "" || host !== "", "neither cluster nor host is given");
  check(/^[a-z0-9-]*$/.test(cluster), "cluster is not a name as “eu”");
  check(Number.isInteger(port) && port >= 1 && port <= 65_535, "port is not a whole number from 1 to 65535");
  return { kind: "pusher", key, host: host === "" ? `ws-${cluster}.pusher.com` : host, port, tls, encrypted: false };
}

/** Whether the page that asks is of this site, of a listed origin, or no page at all. A browser
 * says by `sec-fetch-site` what it knows; one that does not is judged by `origin` and `host`.
 */
function mayAsk({ headers, url }: Request, origins: readonly string[]): boolean {
  const origin = headers.get("origin");
  if (origin !== null && origins.includes(origin)) return true;
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin" || (site === "none" && origin === null);
  return origin === null || origin.split("//", 2)[1] === (headers.get("host") ?? new URL(url).host);
}

/** What a page asks to have signed, or why it cannot be. */
async function subscriptionOf(request: Request): Promise<{ readonly socketId: string; readonly channel: string } | Answer> {
  const kind = (request.headers.get("content-type") ?? "").split(";")[0]?.trim().toLowerCase();
  if (kind !== FORM) return refused(415, "invalid", "The body is not a form", `Send socket_id and channel_name as ${FORM}`);
  const text = await textOf(request);
  if (text === null) return refused(413, "too_large", `The body breaks off, or has more than ${MOST_BYTES} bytes`, "Send socket_id and channel_name alone");
  // The constructor would drop a question mark at the beginning.
  const form = new URLSearchParams(`&${text}`);
  const [sockets, channels] = [form.getAll("socket_id"), form.getAll("channel_name")];
  const [socketId = "", channel = ""] = [sockets[0], channels[0]];
  if (sockets.length !== 1 || channels.length !== 1) return refused(400, "invalid", "socket_id and channel_name must each come once", "Send them as pusher-js does");
  if (!SOCKET_ID.test(socketId)) return refused(400, "invalid", "Invalid socket id", "Send the socket's id as pusher-js gives it");
  return { socketId, channel };
}

/** The body as text; null if it is too long, or breaks off. */
async function textOf({ headers, body }: Request): Promise<string | null> {
  if (Number(headers.get("content-length") ?? 0) > MOST_BYTES) return null;
  const pieces: Uint8Array[] = [];
  let size = 0;
  try {
    const reader = (body as ReadableStream<Uint8Array> | null)?.getReader();
    while (reader !== undefined) {
      const { done, value } = await reader.read();
      if (done) break;
      size += value.length;
      if (size > MOST_BYTES) {
        void reader.cancel().catch(() => undefined);
        return null;
      }
      pieces.push(value);
    }
  } catch {
    return null;
  }
  const whole = new Uint8Array(size);
  pieces.reduce((at, piece) => {
    whole.set(piece, at);
    return at + piece.length;
  }, 0);
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(whole);
}

async function hmac(key: Uint8Array<ArrayBuffer>, text: string): Promise<Uint8Array<ArrayBuffer>> {
  const held = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", held, utf8.encode(text)));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function check(holds: boolean, otherwise: string): void {
  if (!holds) throw new RangeError(otherwise);
}

function reportToConsole(error: unknown): void {
  console.error("Realtime: who may watch could not be found out.", error);
}

/** A request as Node's servers give it. `body` is what a framework read of it before. */
export interface NodeRequest extends AsyncIterable<unknown> {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body?: unknown;
}

/** A response as Node's servers give it. */
export interface NodeResponse {
  statusCode: number;
  setHeader(name: string, value: string): unknown;
  end(body?: string): unknown;
}

/** The handler for servers of Node's own kind: Vite's dev server, Express, and Vercel's functions
 * with `(request, response)`.
 */
export function nodeHandler(handler: WebHandler): (request: NodeRequest, response: NodeResponse) => Promise<void> {
  return async (request, response) => {
    const given = new Headers();
    for (const [name, value] of Object.entries(request.headers)) if (value !== undefined && !name.startsWith(":")) given.set(name, typeof value === "string" ? value : value.join(", "));
    const { method = "" } = request;
    const body = method === "POST" ? { body: await nodeBody(request).catch(() => "") } : {};
    // The path is of no account, `host` may hold anything, and some methods make no `Request`.
    const asked = new Request("http://localhost/", { method: ["GET", "POST", "OPTIONS"].includes(method) ? method : "PUT", headers: given, ...body });
    const answer = await handler(asked);
    response.statusCode = answer.status;
    answer.headers.forEach((value, name) => { response.setHeader(name, value); });
    response.end(await answer.text());
  };
}

/** The body, of which no more is read than says that it is too long. */
async function nodeBody(request: NodeRequest): Promise<Uint8Array<ArrayBuffer> | string> {
  const read = request.body;
  if (typeof read === "string") return read;
  if (read instanceof Uint8Array) return new Uint8Array(read);
  if (typeof read === "object" && read !== null) {
    const form = new URLSearchParams();
    for (const [name, value] of Object.entries(read)) for (const one of Array.isArray(value) ? value : [value]) form.append(name, String(one));
    return form.toString();
  }
  const bytes: number[] = [];
  if (Number(request.headers["content-length"] ?? 0) > MOST_BYTES) return "";
  // Leaving a `for await` would close the connection before the answer.
  const pieces = request[Symbol.asyncIterator]();
  for (let piece = await pieces.next(); piece.done !== true && bytes.length <= MOST_BYTES; piece = await pieces.next()) {
    const value = typeof piece.value === "string" ? utf8.encode(piece.value.slice(0, MOST_BYTES + 1)) : (piece.value as Uint8Array);
    bytes.push(...value.subarray(0, MOST_BYTES + 1));
  }
  return Uint8Array.from(bytes);
}
