/** Requests to our own server: errors that say what to do, and when to try again. */

/** An error in the server's own words (`application/problem+json`), or in this browser's if nothing
 * answered.
 */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly remedy: string,
    readonly retryAfter: number | null = null,
  ) {
    super(sentences(title, detail, remedy));
  }
}

/** Parts of a message as sentences; empty ones are left out. */
export function sentences(...parts: readonly string[]): string {
  return parts.filter(Boolean).map((part) => (/[.!?…:”]$/.test(part) ? part : `${part}.`)).join(" ");
}

/** `fetch`, as far as it is needed here. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

const UNREACHABLE = new ApiError("unreachable", "The server does not answer.", "Nothing came back from Realtime's server.", "See that it still runs; this page tries again by itself.");

const textOr = (value: unknown, otherwise: string): string => (typeof value === "string" && value ? value : otherwise);

/** The error in a bad response: the server's own problem, or plain words if a proxy wrote the
 * response.
 */
export async function toApiError(answer: Response): Promise<ApiError> {
  const body: unknown = await answer.json().catch(() => null);
  const said = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  return new ApiError(
    textOr(said.code, byStatus(answer.status)),
    textOr(said.title, `The server refused (${answer.status}).`),
    textOr(said.detail, ""),
    textOr(said.remedy, answer.status === 401 ? "Open the link that the program printed, or one that `dagnet-realtime link` prints." : ""),
    retryAfterSeconds(answer.headers.get("retry-after")),
  );
}

function byStatus(status: number): string {
  const known: Record<number, string> = { 400: "invalid", 401: "unauthorized", 403: "forbidden", 404: "not_found", 410: "gone", 413: "too_large", 429: "rate_limited" };
  return known[status] ?? "unavailable";
}

/** Sends and waits at most `timeout` ms; returns the response if it is a good one, else throws
 * `ApiError`.
 */
export async function request(fetcher: Fetch, url: string, init: RequestInit = {}, timeout = 15_000): Promise<Response> {
  const limits = [AbortSignal.timeout(timeout), ...(init.signal ? [init.signal] : [])];
  let answer: Response;
  try {
    answer = await fetcher(url, { credentials: "same-origin", cache: "no-store", ...init, signal: AbortSignal.any(limits) });
  } catch (error) {
    if (init.signal?.aborted || error instanceof ApiError) throw error;
    throw UNREACHABLE;
  }
  if (!answer.ok) throw await toApiError(answer);
  return answer;
}

/** The JSON of a good answer; `T` is what the contract promises of this route. */
export async function requestJson<T>(fetcher: Fetch, url: string, init: RequestInit = {}, timeout?: number): Promise<T> {
  const answer = await request(fetcher, url, init, timeout);
  try {
    return (await answer.json()) as T;
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError("invalid", "Another program answers at the server's address.", "What came back is not Realtime's.", "See that the address is right, and that a proxy lets /api through.");
  }
}

/** A request whose body is JSON. */
export function jsonRequest(method: string, body: unknown): RequestInit {
  return { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

const FIRST_MS = 500;
/** A viewer should not wait longer than it takes to reach for the reload key. */
const LONGEST_MS = 15_000;

/** Milliseconds to wait before try number `attempt` (0 is the first repetition). `chance` in [0, 1)
 * spreads viewers apart; `retryAfter` (seconds) is the server's wish and a lower bound.
 */
export function backoffMs(attempt: number, chance: number, retryAfter: number | null = null): number {
  const doubled = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  const spread = doubled * (0.5 + chance / 2);
  if (retryAfter === null) return Math.round(spread);
  return Math.round(Math.max(0, retryAfter) * 1000 + chance * FIRST_MS);
}

/** Seconds of a `Retry-After` header; null if it is missing or not a usable number. */
export function retryAfterSeconds(header: string | null): number | null {
  if (header === null || header.trim() === "") return null;
  const seconds = Number(header);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 300) : null;
}
