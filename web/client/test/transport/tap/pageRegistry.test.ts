import { MAGIC } from "@dagnet-realtime/tap/protocol";
import fc from "fast-check";
import { expect, it } from "vitest";
import { acknowledge, markIdle, registerPage, PAGES, type TappedPage, markGone, readBye, readHello, readReport } from "../../../src/transport/tap/pageRegistry.ts";

const hello = (page: string) => ({ dagnet: MAGIC, kind: "hello", page, nonce: "n", url: "https://a.test/x", sdks: [{ version: "1", key: "abcd" }] }) as const;
const heard = (origin = "https://a.test") => ({ message: null, origin, channel: "opened" as const, answer: () => undefined });
const report = (from: number, to: number, count = to - from) => ({ dagnet: MAGIC, kind: "report", page: "p", session: "s", from, to, messages: Array.from({ length: count }, () => ({}) as never), missed: 0, skipped: 0, sdks: [] }) as const;

it("TAP-10: a page that offers itself again is the same page, and only from the same origin", () => {
  const pages = new Map<string, TappedPage>();
  const first = registerPage(pages, hello("p"), heard(), 1);
  expect(registerPage(pages, { ...hello("p"), nonce: "m" }, heard(), 2)).toBe(first);
  expect(first).toMatchObject({ at: 2, present: true });
  expect([...(first?.speakers.keys() ?? [])]).toEqual(["n", "m"]);
  for (const nonce of ["a", "b", "c", "n"]) registerPage(pages, { ...hello("p"), nonce }, heard(), 2);
  expect([...(first?.speakers.keys() ?? [])]).toEqual(["a", "b", "c", "n"]);
  expect(registerPage(pages, hello("p"), heard("https://evil.test"), 3)).toBeNull();
});

it("TAP-9: pages are bounded; those that went are forgotten first", () => {
  const pages = new Map<string, TappedPage>();
  for (let n = 0; n < PAGES; n++) registerPage(pages, hello(`p${n}`), heard(), n);
  expect(registerPage(pages, hello("more"), heard(), 99)).toBeNull();
  markIdle(pages, 45_010);
  expect(registerPage(pages, hello("more"), heard(), 99)).not.toBeNull();
  expect([pages.size, pages.has("p0")]).toEqual([PAGES, false]);
});

it("TAP-9: a page that another has followed in its window, or whose window was closed, makes room though it never said goodbye", () => {
  const pages = new Map<string, TappedPage>();
  const tab = {}, closing = { closed: false };
  for (let n = 0; n < PAGES; n++) registerPage(pages, hello(`p${n}`), { ...heard(), window: n === 7 ? tab : n === 9 ? closing : {} }, n);
  expect(registerPage(pages, hello("stranger"), { ...heard(), window: {} }, 99)).toBeNull();
  expect(registerPage(pages, hello("next"), { ...heard(), window: tab }, 99)).not.toBeNull();
  closing.closed = true;
  expect(registerPage(pages, hello("other"), { ...heard(), window: {} }, 99)).not.toBeNull();
  expect([pages.size, pages.has("p7"), pages.has("p9"), pages.has("p0")]).toEqual([PAGES, false, false, true]);
  expect(registerPage(pages, hello("leaving"), { ...heard(), answer: null }, 99)).toBeNull();
});

it("TAP-10: what was reported before is known by its numbers, what was missed by the page's word", () => {
  const pages = new Map<string, TappedPage>();
  const page = registerPage(pages, hello("p"), heard(), 1);
  if (!page) throw new Error("no page");
  expect(acknowledge(page, report(0, 3), 2)).toBe(0);
  expect(acknowledge(page, report(1, 5), 3)).toBe(2);
  expect(acknowledge(page, report(0, 3), 4)).toBe(3);
  expect(page.next).toBe(5);
  acknowledge(page, { ...report(9, 10), missed: 4, skipped: 2 }, 5);
  markGone(page, { dagnet: MAGIC, kind: "bye", page: "p", session: "s", told: 10, end: 12 }, 6);
  markGone(page, { dagnet: MAGIC, kind: "bye", page: "p", session: "", told: 0, end: 0 }, 7);
  expect(page).toMatchObject({ missed: 4, untold: 2, skipped: 2, present: false });
  acknowledge(page, report(10, 12), 8);
  expect(page).toMatchObject({ missed: 4, untold: 0, present: true });
});

it("TAP-9: any description that a page gives of itself is read, or is nothing", () => {
  expect(readHello(hello("p"))).toEqual(hello("p"));
  expect(readReport(report(0, 2))).toEqual(report(0, 2));
  expect(readBye({ kind: "bye", page: "p", session: "s", told: 1, end: 2 })).not.toBeNull();
  for (const wrong of [{ sdks: "x" }, { sdks: [{ version: "1", key: "whole-write-key" }] }, { url: 7 }, { page: "x".repeat(301) }, { kind: "report" }]) expect(readHello({ ...hello("p"), ...wrong })).toBeNull();
  for (const wrong of [{ from: -1 }, { to: 1.5 }, { to: 9_000 }, { messages: "x" }, { messages: Array(2_001) }, { missed: NaN }]) expect(readReport({ ...report(0, 2), ...wrong })).toBeNull();
  fc.assert(fc.property(fc.dictionary(fc.constantFrom("kind", "page", "nonce", "url", "sdks", "from", "to", "messages", "told", "end", "missed", "skipped", "session"), fc.anything()), (said) => {
    for (const reading of [readHello, readReport, readBye]) expect(() => reading(said)).not.toThrow();
  }));
});
