/** Reports the buffer to Realtime tabs over one channel, with flow control per tab. */
import { entriesBetween, type ReportBuffer } from "./buffer.ts";
import { type FromPage, isOurs, MAGIC, type Report, type Rules, type SdkSeen } from "./protocol.ts";
import { safely } from "./safely.ts";
import { type Sanitize, sanitizer } from "./sanitize.ts";

// One Realtime tab that listens: how far it has been told, how fast it is told more, and what it
// has missed.

/** Entries a millisecond, so that a page which floods does not flood the picture: 6,000 a second; and entries of one report. */
const ENTRIES_PER_MS = 6;
const MAX_REPORT = 1_000;
/** A report that nobody answered for so long was not heard. */
export const ACK_TIMEOUT_MS = 5_000;

/** `next` is the next entry to tell, everything before `acked` has been answered for. */
export interface HostState {
  readonly session: string;
  sanitize: Sanitize;
  next: number;
  acked: number;
  missed: number;
  reportedAt: number;
  on: boolean;
}

/** The next report of at most what the pace allows, which a page that leaves need not keep; undefined where there is nothing to tell. `skipped` were
 * left out by the page. */
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

/** The tab is away: what it has not answered for is told again when it comes back. */
export function suspend(host: HostState): void {
  host.on = false;
  host.next = host.acked;
}

// Speaks for the page over one bus: offers itself until a Realtime tab welcomes it, then tells
// what the ring holds, each entry once to each tab.

/** Carries messages towards Realtime. */
export interface Bus {
  post(message: FromPage): void;
  close(): void;
}
/** A way to Realtime: is given where to put what comes back. */
export type Sink = (hear: (message: unknown) => void) => Bus;

/** What a speaker knows of its page: `nonce` must come back with a welcome, `stir` says that there is something to tell. */
export interface ReporterContext {
  readonly page: string;
  readonly nonce: string;
  readonly buffer: ReportBuffer;
  readonly sdks: readonly SdkSeen[];
  readonly onNews: () => void;
}

export interface Reporter {
  /** Says who is here. */
  offer(): void;
  /** Tells what there is, `skipped` having been left out by the page; answers whether there is more. */
  flush(now: number, skipped: number): boolean;
  /** Tells all there is and says goodbye, before the page is gone; said again after each call that the page makes on its way out. */
  bye(now: number, skipped: number): void;
  /** Everything before it has been answered for by every tab. */
  acknowledged(): number;
  readonly close: () => void;
}

/** Milliseconds between two offers: quick at first, patient later. */
const OFFER_MS = 100;
const PATIENT_MS = 2_000;
/** Realtime tabs that one bus speaks to. */
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
  const hear = (message: unknown): void => {
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
  const bus = safely(() => sink((message) => { safely(() => { hear(message); }); }));
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
      // Whoever knows the page by its offer alone learns how much there was.
      if (!there.length) bye("", 0);
    },
    close: () => {
      clearTimeout(timer);
      hosts.length = 0;
      safely(() => { bus?.close(); });
    },
  };
}
