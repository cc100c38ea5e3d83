/** Requests with an access token that is renewed before, or when, it lapses. */
import { ApiError, type Fetch } from "./http.ts";

/** A token, and when it lapses (milliseconds since 1970, or what `Date` reads) if that is known. */
export interface AccessToken {
  readonly token: string;
  readonly expiresAt?: number | string;
}

/** A token that never lapses, or a function that fetches one. */
export type TokenSource = string | (() => string | AccessToken | Promise<string | AccessToken>);

/** A token is renewed so long before it lapses, or at half of its life if that is short: a session
 * at a provider is asked after by the token that came last.
 */
const AHEAD_MS = 90_000;

/** Holds one token; asks for another when it lapses or is refused, once for all who wait. */
export class Bearer {
  #token: string | null = null;
  /** When it should be renewed, milliseconds since 1970; Infinity if that is unknown. */
  renewAt = Infinity;
  /** When it lapses; Infinity if that is unknown. */
  #until = Infinity;
  #renewing: Promise<string> | null = null;

  constructor(
    private readonly from: TokenSource,
    private readonly now: () => number,
    private readonly fetcher: Fetch,
  ) {
    if (typeof from === "string") this.#token = from;
  }

  /** The same request with the token; with a fresh one if the server refuses it. */
  readonly fetch: Fetch = async (url, init = {}) => {
    const token = await this.#current();
    const answer = await this.fetcher(url, withToken(init, token));
    if (answer.status !== 401 || typeof this.from === "string") return answer;
    const fresh = token === this.#token ? await this.renew() : await this.#current();
    return fresh === token ? answer : this.fetcher(url, withToken(init, fresh));
  };

  /** Asks for another token; rejects with `ApiError` if none came. */
  renew(): Promise<string> {
    this.#renewing ??= this.#ask().finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  async #current(): Promise<string> {
    const token = this.#token;
    if (token !== null && (this.now() < this.renewAt || typeof this.from === "string")) return token;
    return this.renew().catch((error: unknown) => {
      // It is asked for ahead of time: until then the one before is as good.
      if (token !== null && this.now() < this.#until) return token;
      throw error;
    });
  }

  async #ask(): Promise<string> {
    if (typeof this.from === "string") return this.from;
    let given: unknown;
    try {
      given = await this.from();
    } catch (error) {
      throw new ApiError("unavailable", "This page could not get an access token.", error instanceof Error ? error.message : "", "It is tried again.");
    }
    const { token, expiresAt } = typeof given === "string" ? { token: given, expiresAt: undefined } : (Object(given) as Partial<AccessToken>);
    if (typeof token !== "string" || token === "") throw new ApiError("unavailable", "This page could not get an access token.", "What it was given is none.", "It is tried again.");
    const until = typeof expiresAt === "string" ? Date.parse(expiresAt) : (expiresAt ?? lapseOf(token));
    const left = until - this.now();
    // A lapse that is unknown, or has passed by this page's clock, is learnt from a refusal.
    this.renewAt = left > 0 ? until - Math.min(AHEAD_MS, left / 2) : Infinity;
    this.#until = left > 0 ? until : Infinity;
    this.#token = token;
    return token;
  }
}

/** When a JSON Web Token lapses, milliseconds since 1970; NaN if that cannot be read. */
function lapseOf(token: string): number {
  try {
    const claims = JSON.parse(atob((token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/"))) as { readonly exp?: unknown };
    return typeof claims.exp === "number" ? claims.exp * 1000 : NaN;
  } catch {
    return NaN;
  }
}

/** Never with cookies: a page of another origin has none that count. */
function withToken(init: RequestInit, token: string): RequestInit {
  const headers = new Headers(init.headers);
  headers.set("authorization", `Bearer ${token}`);
  return { ...init, headers, credentials: "omit" };
}
