/** The local lane: hears the taps of this browser's pages, lets in what is well-formed and allowed, and says what it refused. */
import type { TapMessage } from "@dagnet-realtime/engine/tapMessage";
import { MAGIC, isOurs, type Report, type Rules } from "@dagnet-realtime/tap/protocol";
import { Gate, type Refused } from "./gate.ts";
import { advance, doze, meet, type PageSeen, part, readBye, readHello, readReport } from "./pages.ts";
import type { Heard, Road } from "./road.ts";

/** Pages are asked this often whether they are there. */
const CALL_MS = 15_000;
/** Origins of refusals remembered by name. */
const ORIGINS = 20;

/** Who this tab is to the pages: its name, and whose rules they keep. */
export interface Ears {
  readonly session: string;
  rules(): Rules;
  /** Whether pages of `origin` may report. */
  allows(origin: string): boolean;
  /** How a message's id is shown, by which the server's twin is known; null where that cannot be known. */
  readonly shown?: (id: string) => string | null;
  /** Takes a message in; answers whether it was counted, or came too early to be. */
  take(message: TapMessage): boolean;
}

export interface Refusal {
  readonly origin: string;
  readonly reason: Refused;
  count: number;
}

export class LocalLane {
  readonly pages = new Map<string, PageSeen>();
  readonly refusals = new Map<string, Refusal>();
  readonly #gate: Gate;
  #stops: (() => void)[] = [];

  constructor(
    private readonly roads: readonly Road[],
    private readonly ears: Ears,
    private readonly now: () => number,
  ) {
    this.#gate = new Gate(ears.shown);
  }

  /** Begins to listen, and asks who is there. */
  open(): void {
    if (this.#stops.length > 0) return;
    const timer = setInterval(() => {
      doze(this.pages, this.now());
      this.#call();
    }, CALL_MS);
    this.#stops = [...this.roads.map((road) => road.listen((heard) => { this.#hear(heard); })), () => { clearInterval(timer); }];
    this.#call();
  }

  /** Tells every page that nobody listens here any more. */
  close(): void {
    for (const road of this.roads) road.call({ dagnet: MAGIC, kind: "gone", session: this.ears.session });
    for (const stop of this.#stops.splice(0)) stop();
  }

  /** Rules have changed: every page is welcomed anew, with those that hold. */
  renew(): void {
    for (const page of this.pages.values()) if (page.there) for (const nonce of page.speakers.keys()) this.#welcome(page, nonce);
  }

  #call(): void {
    for (const road of this.roads) road.call({ dagnet: MAGIC, kind: "call" });
  }

  #hear(heard: Heard): void {
    const { message, origin } = heard;
    if (!isOurs(message) || typeof message["kind"] !== "string" || ["welcome", "ack", "call", "gone"].includes(message["kind"])) return;
    if (heard.road === "opened" && !this.ears.allows(origin)) {
      this.#refuse(origin === "null" ? "a sandboxed frame has no origin that could be let in" : "not allowed", origin);
      return;
    }
    const hello = readHello(message);
    if (hello) {
      if (heard.answer === null) return;
      const page = meet(this.pages, hello, heard, this.now());
      if (page) this.#welcome(page, hello.nonce);
      else this.#refuse("too many pages", origin);
      return;
    }
    const report = readReport(message);
    const bye = readBye(message);
    // A report to another Realtime tab of this browser is none of ours; a page that goes before anybody welcomed it names none.
    if (message["session"] !== this.ears.session && bye?.session !== "") return;
    const page = this.pages.get(String(message["page"]));
    // One that was known before a reload of this tab offers itself again, and tells again what was not answered.
    if (!page) return;
    if (page.origin === origin && report) this.#report(page, report, heard.answer);
    else if (page.origin === origin && bye) part(page, bye, this.now());
    else this.#refuse("malformed", origin);
  }

  #report(page: PageSeen, report: Report, answer: Heard["answer"]): void {
    const now = this.now();
    for (const read of report.messages.slice(advance(page, report, now))) {
      const message = this.#gate.admit(read, page.origin, page.id, now);
      if (typeof message === "string") this.#refuse(message, page.origin);
      else if (!this.ears.take(message)) page.early += 1;
      else if (message.stage === "called" && message.replaces === undefined) page.heard += 1;
    }
    // Each road has a place of its own in what the page tells: the one that told is answered.
    answer?.({ dagnet: MAGIC, kind: "ack", page: page.id, session: this.ears.session, to: report.to });
  }

  #welcome(page: PageSeen, nonce: string): void {
    page.speakers.get(nonce)?.({ dagnet: MAGIC, kind: "welcome", page: page.id, nonce, session: this.ears.session, rules: this.ears.rules() });
  }

  #refuse(reason: Refused, origin: string): void {
    const key = this.refusals.size < ORIGINS || this.refusals.has(`${reason} ${origin}`) ? origin : "other origins";
    const known = this.refusals.get(`${reason} ${key}`) ?? { origin: key, reason, count: 0 };
    known.count += 1;
    this.refusals.set(`${reason} ${key}`, known);
  }
}
