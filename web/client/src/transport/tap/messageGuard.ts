/** Validates and limits the messages of tapped pages: rate, size, shape and message ids. Counts
 * each rejection by its reason.
 */
import { checkTap } from "@dagnet-realtime/engine/validation";
import { isProblem } from "@dagnet-realtime/engine/problem";
import type { TapMessage } from "@dagnet-realtime/engine/tapMessage";

/** Why a message was not taken. */
export type RejectReason = "not allowed" | "a sandboxed frame has no origin that could be let in" | "malformed" | "too large" | "too fast" | "another origin’s message id" | "the site’s own message id" | "too many pages";

/** Messages a second of one origin, and at once. A tap keeps to 6,000 a second. */
const RATE = 7_000;
const BURST = 14_000;
/** Characters of one message: more than redaction lets through of any. */
const LARGEST = 60_000;
/** Message ids whose origin is remembered, in each of two generations. */
const REMEMBERED = 50_000;
/** A page's clock may run ahead of ours by so much, milliseconds: both are this machine's. */
const AHEAD = 1_000;
const LONG_AGO = 24 * 3600 * 1000;

/** Lets a page's messages through by size, shape and rate, and counts the others. */
export class MessageGuard {
  #newer = new Map<string, string>();
  #older = new Map<string, string>();
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  /** `shown` returns how an id is shown; null if that cannot be known. */
  constructor(private readonly shown: (id: string) => string | null = (id) => id) {}

  /** Looks at one message of `origin`; `page` is whose report it came in. */
  check(input: unknown, origin: string, page: string, now: number): TapMessage | RejectReason {
    if (!this.#takeToken(origin, now)) return "too fast";
    if (sizeLeft(input, LARGEST) < 0) return "too large";
    const checked = checkTap(input);
    if (isProblem(checked)) return "malformed";
    const messageId = this.shown(checked.messageId);
    if (messageId === null) return "the site’s own message id";
    const message = checked.replaces === undefined ? { ...checked, messageId } : { ...checked, messageId, replaces: this.shown(checked.replaces) ?? checked.replaces };
    const owner = this.#ownerOf(messageId);
    if (owner !== undefined && owner !== origin) return "another origin’s message id";
    this.#remember(message.messageId, origin);
    const { calledAt, replaces, ...rest } = message;
    const at = within(rest.at ?? now, now);
    // A clock that is wrong is wrong about the call, too.
    const called = rest.at !== undefined && rest.at !== at ? at : calledAt;
    // After a reload of this tab the owner of an id is unknown; another page's id cannot be
    // guessed.
    const own = replaces !== undefined && (this.#ownerOf(replaces) ?? origin) === origin;
    return { ...rest, page, at, ...(called === undefined ? {} : { calledAt: Math.min(called, at) }), ...(own ? { replaces } : {}) };
  }

  #ownerOf(id: string): string | undefined {
    return this.#newer.get(id) ?? this.#older.get(id);
  }

  #takeToken(origin: string, now: number): boolean {
    const bucket = this.#buckets.get(origin) ?? { tokens: BURST, at: now };
    const tokens = Math.min(BURST, bucket.tokens + Math.max(0, now - bucket.at) * (RATE / 1000));
    this.#buckets.set(origin, { tokens: Math.max(0, tokens - 1), at: now });
    return tokens >= 1;
  }

  #remember(id: string, origin: string): void {
    this.#newer.set(id, origin);
    if (this.#newer.size <= REMEMBERED) return;
    this.#older = this.#newer;
    this.#newer = new Map();
  }
}

function within(at: number, now: number): number {
  return at > now + AHEAD || at < now - LONG_AGO ? now : at;
}

/** Characters of `most` that are left after those of `value`; negative if it has more. Looks no
 * further than that.
 */
export function sizeLeft(value: unknown, most: number, depth = 0): number {
  let left = most;
  if (typeof value === "string") left -= value.length;
  else if (typeof value !== "object" || value === null) left -= 8;
  else if (depth > 4) return -1;
  else
    for (const key in value) {
      left = sizeLeft((value as Record<string, unknown>)[key], left - key.length - 2, depth + 1);
      if (left < 0) return left;
    }
  return left;
}
