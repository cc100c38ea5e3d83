/** Detects whether one of our servers is behind this page, or only files. */
import type { Fetch } from "@dagnet-realtime/client/http";

/** How long the host may take to answer; a slow one is taken for a server, whose own errors then
 * say what is wrong.
 */
const PATIENCE_MS = 5_000;

export interface PageOrigin {
  /** The page was built to stand alone. */
  readonly alone: boolean;
  readonly protocol: string;
}

/** A plain host knows no `/api/me`, or answers every path with its own page. */
export async function hasServer({ alone, protocol }: PageOrigin, fetcher: Fetch): Promise<boolean> {
  if (alone || !protocol.startsWith("http")) return false;
  try {
    const answer = await fetcher("/api/me", { credentials: "same-origin", cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
    const ours = /json/.test(answer.headers.get("content-type") ?? "");
    return ours || answer.status === 429 || (answer.status >= 500 && answer.status !== 501);
  } catch {
    return true;
  }
}
