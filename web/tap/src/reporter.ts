/** Reports the buffer to Realtime tabs over one channel, with flow control per tab. */
import { entriesBetween, type ReportBuffer } from "./buffer.ts";
import { type FromPage, isOurs, MAGIC, type Report, type Rules, type SdkSeen } from "./protocol.ts";
import { safely } from "./safely.ts";
import { type Sanitize, sanitizer } from "./sanitize.ts";

// Flow control of one Realtime tab: what was reported to it, at which pace, and what it missed.

/** Entries a millisecond, so that a page which floods does not flood the picture: 6,000 a second;
 * and entries of one report.
 */
const ENTRIES_PER_MS = 6;
const MAX_REPORT = 1_000;
/** A report without an acknowledgement for so long counts as not received. */
export const ACK_TIMEOUT_MS = 5_000;

/** `next` is the next entry to report, everything before `acked` has been acknowledged. */
export interface HostState {
  readonly session: string;
  sanitize: Sanitize;
  next: number;
  acked: number;
  missed: number;
  reportedAt: number;
  on: boolean;
}

/** The next report at the allowed pace, which a closing page ignores; undefined if there is nothing
 * to report. `skipped` entries were left out by the page.
 */
export function report(host: HostState, buffer: ReportBuffer, page: string, now: number, skipped: number, sdks: readonly SdkSeen[], leaving = false): Report | undefined {
  const { session, sanitize } = host;
  const from = Math.max(host.next, buffer.start);
  const to = Math.min(buffer.end, from + MAX_REPORT, leaving ? Infinity : from + (now - host.reportedAt + 1) * ENTRIES_PER_MS);
  if (to <= from) return undefined;
  host.missed += from - host.next;
  host.next = to;
  host.reportedAt = now;
  const messages = entriesBetween(buffer, from, to).map((entry) => sanitize(entry, page)).sort((a, b) => a.occurredAt - b.occurredAt);
  return { dagnet: MAGIC, kind: "report", page, session, from, to, messages, missed: host.missed + buffer.lost, skipped, sdks };
}

/** The tab is gone: unacknowledged entries are reported again when it comes back. */
export function suspend(host: HostState): void {
  host.on = false;
  host.next = host.acked;
}

// Reporter: offers the page until a Realtime tab welcomes it, then reports the buffer, each entry
// once to each tab.

/** Carries messages towards Realtime. */
export interface Bus {
  post(message: FromPage): void;
  close(): void;
}
/** A channel to Realtime: receives the callback for incoming messages. */
export type Sink = (receive: (message: unknown) => void) => Bus;

/** Context of a reporter: `nonce` must come back with a welcome, `onNews` says that there is
 * something to report.
 */
export interface ReporterContext {
  readonly page: string;
  readonly nonce: string;
  readonly buffer: ReportBuffer;
  readonly sdks: readonly SdkSeen[];
  readonly onNews: () => void;
}

export interface Reporter {
  /** Sends a hello. */
  offer(): void;
  /** Reports what there is, `skipped` entries left out by the page; returns whether there is more.
   */
  flush(now: number, skipped: number): boolean;
  /** Reports everything and says goodbye before the page is gone; called again after each call that
   * the page makes while it closes.
   */
  bye(now: number, skipped: number): void;
  /** All entries before it have been acknowledged by every tab. */
  acknowledged(): number;
  readonly close: () => void;
}

/** Milliseconds between two offers: quick at first, patient later. */
const OFFER_MS = 100;
const PATIENT_MS = 2_000;
/** Realtime tabs that one channel serves. */
const MAX_HOSTS = 4;

export function createReporter(sink: Sink, { page, nonce, buffer, sdks, onNews }: ReporterContext): Reporter {
  const hosts: HostState[] = [];
  let offers = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const post = (message: FromPage): void => { safely(() => { bus?.post(message); }); };
  const offer = (): void => {
    post({ dagnet: MAGIC, kind: "hello", page, nonce, url: location.origin + location.pathname, sdks: [...sdks] });
  };
  const offering = (): void => {
    clearTimeout(timer);
    if (hosts.some(({ on }) => on)) return;
    offer();
    timer = setTimeout(offering, Math.min(PATIENT_MS, OFFER_MS * 2 ** offers++));
  };
  const away = (host: HostState): void => {
    suspend(host);
    offers = 0;
    offering();
  };
  const receive = (message: unknown): void => {
    if (!isOurs(message)) return;
    const { kind, session, to } = message;
    let host = hosts.find((one) => one.session === session);
    if (kind === "call") offer();
    if (kind === "gone" && host) away(host);
    if (message["page"] !== page) return;
    if (kind === "ack" && host) host.acked = Math.max(host.acked, Math.min(Number(to), host.next));
    if (kind !== "welcome" || message["nonce"] !== nonce || (!host && hosts.length >= MAX_HOSTS)) return;
    if (!host) hosts.push((host = { session, next: 0, acked: 0, missed: 0, reportedAt: 0 } as HostState));
    host.sanitize = sanitizer(message["rules"] as Rules);
    host.on = true;
    onNews();
  };
  const bus = safely(() => sink((message) => { safely(() => { receive(message); }); }));
  offering();
  return {
    offer,
    flush: (now, skipped) =>
      hosts.map((host) => {
        if (host.on && host.acked < host.next && now - host.reportedAt > ACK_TIMEOUT_MS) away(host);
        const sent = host.on && report(host, buffer, page, now, skipped, sdks);
        if (sent) post(sent);
        return host.on && (host.next < buffer.end || host.acked < host.next);
      }).includes(true),
    acknowledged: () => Math.min(...hosts.map(({ acked }) => acked), buffer.end),
    bye: (now, skipped) => {
      const bye = (session: string, sent: number): void => { post({ dagnet: MAGIC, kind: "bye", page, session, told: sent, end: buffer.end }); };
      const there = hosts.filter(({ on }) => on);
      for (const host of there) {
        for (let sent; (sent = report(host, buffer, page, now, skipped, sdks, true)); ) post(sent);
        bye(host.session, host.next);
      }
      // A tab that knows the page only by its offer learns how many entries there were.
      if (!there.length) bye("", 0);
    },
    close: () => {
      clearTimeout(timer);
      hosts.length = 0;
      safely(() => { bus?.close(); });
    },
  };
}
