/** Registry of tapped pages: their channel, their SDKs, how many events came or were missed. */
import type { FromHost, Hello, PageBye, Report, SdkSeen } from "@dagnet-realtime/tap/protocol";
import type { Incoming, ChannelKind } from "./channels.ts";

/** A page with a tap, as far as this tab has heard of it. */
export interface TappedPage {
  readonly id: string;
  readonly origin: string;
  readonly channel: ChannelKind;
  url: string;
  sdks: readonly SdkSeen[];
  /** Whether it is there: it has said so, and has not gone or fallen silent. */
  present: boolean;
  /** When it was heard last, milliseconds since 1970. */
  at: number;
  /** Calls heard. */
  received: number;
  /** Entries that made room before they could be told. */
  missed: number;
  /** Entries that it could not tell before it went; none once it is back. */
  untold: number;
  /** Later stages that it left out under load. */
  skipped: number;
  /** Entries of the time before On, or while Off. */
  early: number;
  /** The next entry expected. */
  next: number;
  /** Its speakers by their nonces, one for each road that it has, and how each is answered. */
  readonly speakers: Map<string, (message: FromHost) => void>;
  /** The window it stands in, if that is known. */
  window: object | undefined;
}

/** Pages remembered; those that went are forgotten first, then those that another page has followed
 * in their window.
 */
export const PAGES = 50;
/** Speakers of one page. */
const SPEAKERS = 4;
/** A page that has not answered a call for so long is not there. */
const SILENT_MS = 45_000;
const SDKS = 10;
const LONGEST = 300;

/** Registers a page that offers itself; null if there are too many, or if it cannot be answered. */
export function registerPage(pages: Map<string, TappedPage>, hello: Hello, heard: Incoming, at: number): TappedPage | null {
  const { origin, channel: road, window, answer } = heard;
  if (answer === null) return null;
  const known = pages.get(hello.page);
  if (known) {
    if (known.origin !== origin) return null;
    speaks(known, hello.nonce, answer);
    return Object.assign(known, { url: hello.url, sdks: hello.sdks, at, present: true, window: window ?? known.window });
  }
  if (pages.size >= PAGES) {
    const [oldest] = [...pages.values()].filter((page) => !page.present || isOver(page, window)).sort((a, b) => Number(a.present) - Number(b.present) || a.at - b.at);
    if (!oldest) return null;
    pages.delete(oldest.id);
  }
  const page: TappedPage = { id: hello.page, origin, channel: road, url: hello.url, sdks: hello.sdks, present: true, at, received: 0, missed: 0, untold: 0, skipped: 0, early: 0, next: 0, speakers: new Map(), window };
  speaks(page, hello.nonce, answer);
  pages.set(page.id, page);
  return page;
}

function speaks(page: TappedPage, nonce: string, answer: (message: FromHost) => void): void {
  page.speakers.delete(nonce);
  page.speakers.set(nonce, answer);
  const [oldest] = page.speakers.keys();
  if (page.speakers.size > SPEAKERS && oldest !== undefined) page.speakers.delete(oldest);
}

/** Whether nothing more can come of a page that never said goodbye: its window is closed, or
 * another page speaks from it.
 */
function isOver(page: TappedPage, newcomer: object | undefined): boolean {
  return page.window !== undefined && (page.window === newcomer || (page.window as { closed?: unknown }).closed === true);
}

/** Takes in the head of a report; answers how many of its messages are known already. */
export function acknowledge(page: TappedPage, report: Report, at: number): number {
  const known = Math.max(0, Math.min(report.messages.length, page.next - report.from));
  Object.assign(page, { at, present: true, untold: 0, sdks: report.sdks, missed: Math.max(page.missed, report.missed), skipped: report.skipped, next: Math.max(page.next, report.to) });
  return known;
}

/** Marks a page as gone: the events that it had and did not report here are missed. It may say so
 * several times, on every channel and after each last call.
 */
export function markGone(page: TappedPage, bye: PageBye, at: number): void {
  page.untold = Math.max(page.untold, bye.end - page.next);
  page.present = false;
  page.at = at;
}

/** Marks pages that have fallen silent. */
export function markIdle(pages: Map<string, TappedPage>, at: number): void {
  for (const page of pages.values()) if (at - page.at > SILENT_MS) page.present = false;
}

/** Reads a page's hello; null if it has another shape. */
export function readHello(message: Record<string, unknown>): Hello | null {
  return message["kind"] === "hello" && texts(message, "page", "nonce", "url") && sdksOf(message) ? (message as unknown as Hello) : null;
}

/** The report in a message; null if it is none. */
export function readReport(message: Record<string, unknown>): Report | null {
  const whole = ["from", "to", "missed", "skipped"].every((key) => Number.isSafeInteger(message[key]) && Number(message[key]) >= 0);
  const { messages } = message;
  const fits = Array.isArray(messages) && messages.length <= 2_000 && Number(message["to"]) - Number(message["from"]) <= 2_000;
  return message["kind"] === "report" && texts(message, "page", "session") && whole && fits && sdksOf(message) ? (message as unknown as Report) : null;
}

/** The farewell in a message; null if it is none. */
export function readBye(message: Record<string, unknown>): PageBye | null {
  const whole = ["told", "end"].every((key) => Number.isSafeInteger(message[key]));
  return message["kind"] === "bye" && texts(message, "page", "session") && whole ? (message as unknown as PageBye) : null;
}

function texts(message: Record<string, unknown>, ...keys: readonly string[]): boolean {
  return keys.every((key) => typeof message[key] === "string" && message[key].length <= LONGEST);
}

function sdksOf({ sdks }: Record<string, unknown>): boolean {
  return Array.isArray(sdks) && sdks.length <= SDKS && sdks.every((one) => texts(Object(one) as Record<string, unknown>, "version", "key") && (one as SdkSeen).key.length <= 4);
}
