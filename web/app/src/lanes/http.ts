/** One request to our own server, and its refusals as values that say what to do. */
import { retryAfterSeconds } from "./backoff.ts";

/** A refusal in the server's own words (`application/problem+json`), or the browser's, when nothing answered. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly remedy: string,
    readonly retryAfter: number | null = null,
  ) {
    super([title, detail, remedy].filter(Boolean).join(" "));
  }
}

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

const UNREACHABLE = new Refusal("unreachable", "The server does not answer.", "Nothing came back from Realtime's server.", "See that it still runs; this page tries again by itself.");

const text = (value: unknown, otherwise: string): string => (typeof value === "string" && value ? value : otherwise);

/** What a bad answer says, whoever wrote it. */
export async function refusal(answer: Response): Promise<Refusal> {
  const body: unknown = await answer.json().catch(() => null);
  const said = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  return new Refusal(
    text(said.code, byStatus(answer.status)),
    text(said.title, `The server refused (${answer.status}).`),
    text(said.detail, ""),
    text(said.remedy, answer.status === 401 ? "Open the link that the program printed, or one that `dagnet-realtime link` prints." : ""),
    retryAfterSeconds(answer.headers.get("retry-after")),
  );
}

function byStatus(status: number): string {
  const known: Record<number, string> = { 400: "invalid", 401: "unauthorized", 403: "forbidden", 404: "not_found", 410: "gone", 413: "too_large", 429: "rate_limited" };
  return known[status] ?? "unavailable";
}

/** Sends and waits at most `timeout` ms; answers the response when it is a good one, else throws `Refusal`. */
export async function ask(fetcher: Fetch, url: string, init: RequestInit = {}, timeout = 15_000): Promise<Response> {
  const limits = [AbortSignal.timeout(timeout), ...(init.signal ? [init.signal] : [])];
  let answer: Response;
  try {
    answer = await fetcher(url, { credentials: "same-origin", cache: "no-store", ...init, signal: AbortSignal.any(limits) });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw UNREACHABLE;
  }
  if (!answer.ok) throw await refusal(answer);
  return answer;
}

/** The JSON of a good answer; `T` is what the contract promises of this route. */
export async function askJson<T>(fetcher: Fetch, url: string, init: RequestInit = {}, timeout?: number): Promise<T> {
  const answer = await ask(fetcher, url, init, timeout);
  return (await answer.json()) as T;
}

/** A request whose body is JSON. */
export function json(method: string, body: unknown): RequestInit {
  return { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}
