/** How long to wait before the next try: doubling, spread, and never sooner than the server asked. */

const FIRST_MS = 500;
/** A viewer should not wait longer than it takes to reach for the reload key. */
const LONGEST_MS = 15_000;

/**
 * Milliseconds to wait before try number `attempt` (0 is the first repetition).
 * `chance` in [0, 1) spreads viewers apart; `retryAfter` (seconds) is the server's wish and a lower bound.
 */
export function backoff(attempt: number, chance: number, retryAfter: number | null = null): number {
  const doubled = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  const spread = doubled * (0.5 + chance / 2);
  if (retryAfter === null) return Math.round(spread);
  return Math.round(Math.max(0, retryAfter) * 1000 + chance * FIRST_MS);
}

/** Seconds of a `Retry-After` header, null where it is missing or says nothing usable. */
export function retryAfterSeconds(header: string | null): number | null {
  if (header === null || header.trim() === "") return null;
  const seconds = Number(header);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 300) : null;
}
