/** Receives the reports of tapped pages in this browser, and counts what it rejects. */
import type { TapMessage } from "@dagnet-realtime/engine/tapMessage";
import type { Graph, Guarantees } from "@dagnet-realtime/engine/wire.gen";
import { MAGIC, isOurs, type Report, type Rules } from "@dagnet-realtime/tap/protocol";
import type { Incoming, PageChannel } from "./channels.ts";
import { MessageGuard, type RejectReason } from "./messageGuard.ts";
import { acknowledge, markGone, markIdle, readBye, readHello, readReport, registerPage, type TappedPage } from "./pageRegistry.ts";

/** Pages are asked this often whether they are there. */
const CALL_EVERY_MS = 15_000;
/** Origins of refusals remembered by name. */
const MOST_ORIGINS = 20;

/** Who this tab is to the pages: its name, and whose rules they keep. */
export interface TapHostOptions {
  readonly session: string;
  rules(): Rules;
  /** Whether pages of `origin` may report. */
  allows(origin: string): boolean;
  /** How a message's id is shown, to recognise the server's twin; null if that is unknown. */
  readonly displayId?: (id: string) => string | null;
  /** Takes a message in; answers whether it was counted, or came too early to be. */
  accept(message: TapMessage): boolean;
}

/** Messages of one origin that were not taken, for one reason. */
export interface RejectedMessages {
  readonly origin: string;
  readonly reason: RejectReason;
  count: number;
}

/** Talks to the taps of pages: welcomes them, takes their reports, acknowledges each. */
export class TapHost {
  readonly pages = new Map<string, TappedPage>();
  readonly rejected = new Map<string, RejectedMessages>();
  readonly #gate: MessageGuard;
  #stops: (() => void)[] = [];

  constructor(
    private readonly roads: readonly PageChannel[],
    private readonly options: TapHostOptions,
    private readonly now: () => number,
  ) {
    this.#gate = new MessageGuard(options.displayId);
  }

  /** Begins to listen, and asks who is there. */
  open(): void {
    if (this.#stops.length > 0) return;
    const timer = setInterval(() => {
      markIdle(this.pages, this.now());
      this.#callPages();
    }, CALL_EVERY_MS);
    this.#stops = [...this.roads.map((road) => road.listen((heard) => { this.#receive(heard); })), () => { clearInterval(timer); }];
    this.#callPages();
  }

  /** Tells every page that this tab has stopped listening. */
  close(): void {
    for (const road of this.roads) road.send({ dagnet: MAGIC, kind: "gone", session: this.options.session });
    for (const stop of this.#stops.splice(0)) stop();
  }

  /** Rules have changed: every page is welcomed anew, with those that hold. */
  sendRules(): void {
    for (const page of this.pages.values()) if (page.present) for (const nonce of page.speakers.keys()) this.#welcome(page, nonce);
  }

  #callPages(): void {
    for (const road of this.roads) road.send({ dagnet: MAGIC, kind: "call" });
  }

  #receive(heard: Incoming): void {
    const { message, origin } = heard;
    if (!isOurs(message) || typeof message["kind"] !== "string" || ["welcome", "ack", "call", "gone"].includes(message["kind"])) return;
    if (heard.channel === "opened" && !this.options.allows(origin)) {
      this.#reject(origin === "null" ? "a sandboxed frame has no origin that could be let in" : "not allowed", origin);
      return;
    }
    const hello = readHello(message);
    if (hello) {
      if (heard.answer === null) return;
      const page = registerPage(this.pages, hello, heard, this.now());
      if (page) this.#welcome(page, hello.nonce);
      else this.#reject("too many pages", origin);
      return;
    }
    const report = readReport(message);
    const bye = readBye(message);
    // A report to another Realtime tab of this browser is none of ours; a page that goes before it
    // was welcomed names no session.
    if (message["session"] !== this.options.session && bye?.session !== "") return;
    const page = this.pages.get(String(message["page"]));
    // A page that was known before a reload of this tab offers itself again, and repeats the
    // reports that were not answered.
    if (!page) return;
    if (page.origin === origin && report) this.#report(page, report, heard.answer);
    else if (page.origin === origin && bye) markGone(page, bye, this.now());
    else this.#reject("malformed", origin);
  }

  #report(page: TappedPage, report: Report, answer: Incoming["answer"]): void {
    const now = this.now();
    for (const read of report.messages.slice(acknowledge(page, report, now))) {
      const message = this.#gate.check(read, page.origin, page.id, now);
      if (typeof message === "string") this.#reject(message, page.origin);
      else if (!this.options.accept(message)) page.early += 1;
      else if (message.stage === "called" && message.replaces === undefined) page.received += 1;
    }
    // Each road has a place of its own in what the page tells: the one that told is answered.
    answer?.({ dagnet: MAGIC, kind: "ack", page: page.id, session: this.options.session, to: report.to });
  }

  #welcome(page: TappedPage, nonce: string): void {
    page.speakers.get(nonce)?.({ dagnet: MAGIC, kind: "welcome", page: page.id, nonce, session: this.options.session, rules: this.options.rules() });
  }

  #reject(reason: RejectReason, origin: string): void {
    const key = this.rejected.size < MOST_ORIGINS || this.rejected.has(`${reason} ${origin}`) ? origin : "other origins";
    const known = this.rejected.get(`${reason} ${key}`) ?? { origin: key, reason, count: 0 };
    known.count += 1;
    this.rejected.set(`${reason} ${key}`, known);
  }
}

/** The kinds of trace identifiers if no server says which: the server's own default. */
export const DEFAULT_TRACE_KINDS = ["properties.trace_id", "session", "userId", "anonymousId"];

/** What a page may report, and how it makes tokens: by workspace policy and the graph's filters. */
export function redactionRules(salt: string, graph: Graph | null, posture: Guarantees | null, shown: readonly string[]): Rules {
  const needed = graph?.listens.flatMap(({ filters }) => filters.map(({ property }) => property)) ?? [];
  const trace = posture && posture.trace.length > 0 ? posture.trace : DEFAULT_TRACE_KINDS;
  return { salt, trace, allow: [...new Set([...(posture?.properties ?? []), ...shown])], deny: posture?.deny ?? [], needed: [...new Set(needed)] };
}
