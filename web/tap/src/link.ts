/** One Realtime tab that listens: how far it has been told, how fast it is told more, and what it has missed. */
import type { Admit } from "./admit.ts";
import { type Ring, slice } from "./ring.ts";
import { MARK, type Report, type SdkSeen } from "./wire.ts";

/** Entries a millisecond, so that a page which floods does not flood the picture: 6,000 a second; and entries of one report. */
const PACE = 6;
const REPORT = 1_000;
/** A report that nobody answered for so long was not heard. */
export const UNHEARD_MS = 5_000;

/** `next` is the next entry to tell, everything before `acked` has been answered for. */
export interface Link {
  readonly session: string;
  admit: Admit;
  next: number;
  acked: number;
  missed: number;
  toldAt: number;
  on: boolean;
}

/** The next report of at most what the pace allows, which a page that leaves need not keep; undefined where there is nothing to tell. `skipped` were
 * left out by the page. */
export function report(link: Link, ring: Ring, page: string, now: number, skipped: number, sdks: readonly SdkSeen[], leaving = false): Report | undefined {
  const { session, admit } = link;
  const from = Math.max(link.next, ring.start);
  const to = Math.min(ring.end, from + REPORT, leaving ? Infinity : from + (now - link.toldAt + 1) * PACE);
  if (to <= from) return undefined;
  link.missed += from - link.next;
  link.next = to;
  link.toldAt = now;
  const messages = slice(ring, from, to).map((told) => admit(told, page)).sort((a, b) => a.occurredAt - b.occurredAt);
  return { dagnet: MARK, kind: "report", page, session, from, to, messages, missed: link.missed + ring.lost, skipped, sdks };
}

/** The tab is away: what it has not answered for is told again when it comes back. */
export function leave(link: Link): void {
  link.on = false;
  link.next = link.acked;
}
