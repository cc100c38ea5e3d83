import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { append, createRing } from "../src/ring.ts";
import { speak, type Speaker } from "../src/speaker.ts";
import { type FromPage, MARK, type Report } from "../src/wire.ts";
import { RULES, told } from "./support.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  vi.stubGlobal("location", { origin: "http://shop.test", pathname: "/cart" });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function scene(): { said: FromPage[]; answer: (message: object) => void; speaker: Speaker; ring: ReturnType<typeof createRing>; kinds: () => string[]; stirred: () => number } {
  const said: FromPage[] = [];
  const ring = createRing();
  let stirred = 0;
  let answer: (message: unknown) => void = () => undefined;
  const speaker = speak((hear) => {
    answer = hear;
    return { post: (message) => said.push(message), close: () => undefined };
  }, { page: "p", nonce: "n", ring, sdks: [{ version: "1", key: "abcd" }], stir: () => { stirred += 1; } });
  return { said, ring, speaker, answer: (message) => { answer({ dagnet: MARK, ...message }); }, kinds: () => said.map(({ kind }) => kind), stirred: () => stirred };
}

const welcome = { kind: "welcome", page: "p", nonce: "n", session: "s", rules: RULES };

it("TAP-10: a page offers itself until it is welcomed with its own nonce, and tells nothing before", () => {
  const { said, answer, speaker, ring, kinds, stirred } = scene();
  append(ring, told("m"));
  vi.advanceTimersByTime(10_000);
  expect(said.length).toBeGreaterThan(5);
  expect(said[0]).toEqual({ dagnet: MARK, kind: "hello", page: "p", nonce: "n", url: "http://shop.test/cart", sdks: [{ version: "1", key: "abcd" }] });
  for (const wrong of [{ nonce: "other" }, { page: "q" }, { kind: "ack" }]) answer({ ...welcome, ...wrong });
  speaker.tell(Date.now(), 0);
  expect([...new Set(kinds())]).toEqual(["hello"]);
  answer(welcome);
  expect(stirred()).toBe(1);
  speaker.tell(Date.now(), 0);
  expect(kinds().at(-1)).toBe("report");
  const before = said.length;
  vi.advanceTimersByTime(10_000);
  expect(said.length).toBe(before);
});

it("TAP-10: a tab that goes is offered to again, and told only what it had not answered for", () => {
  const { said, answer, speaker, ring, kinds } = scene();
  answer(welcome);
  append(ring, told("a"));
  expect(speaker.tell(Date.now(), 0)).toBe(true);
  answer({ kind: "ack", page: "p", session: "s", to: 1 });
  append(ring, told("b"));
  vi.advanceTimersByTime(100);
  speaker.tell(Date.now(), 0);
  answer({ kind: "gone", session: "s" });
  expect(kinds().at(-1)).toBe("hello");
  append(ring, told("c"));
  speaker.tell(Date.now(), 0);
  expect(kinds().at(-1)).toBe("hello");
  answer(welcome);
  vi.advanceTimersByTime(100);
  speaker.tell(Date.now(), 0);
  expect((said.at(-1) as Report).messages.map(({ messageId }) => messageId)).toEqual(["b", "c"]);
  expect(speaker.settled()).toBe(1);
});

it("TAP-10: a tab that falls silent counts as gone after five seconds", () => {
  const { answer, speaker, ring, kinds } = scene();
  answer(welcome);
  append(ring, told("a"));
  speaker.tell(Date.now(), 0);
  vi.advanceTimersByTime(5_100);
  speaker.tell(Date.now(), 0);
  expect(kinds().at(-1)).toBe("hello");
});

it("TAP-10: several tabs are each told everything, at most four", () => {
  const { said, answer, speaker, ring } = scene();
  for (const session of ["a", "b", "c", "d", "e"]) answer({ ...welcome, session });
  append(ring, told("m"));
  speaker.tell(Date.now(), 0);
  expect(said.flatMap((one) => (one.kind === "report" ? [one.session] : []))).toEqual(["a", "b", "c", "d"]);
});

it("TAP-10: a page that goes says how far it had come; one that is called answers", () => {
  const { said, answer, speaker, ring, kinds } = scene();
  answer(welcome);
  append(ring, told("m"));
  speaker.bye(Date.now(), 0);
  expect(said.at(-1)).toEqual({ dagnet: MARK, kind: "bye", page: "p", session: "s", told: 1, end: 1 });
  answer({ kind: "call" });
  expect(kinds().at(-1)).toBe("hello");
  speaker.close();
  const before = said.length;
  vi.advanceTimersByTime(10_000);
  expect(said.length).toBe(before);
});

it("TAP-8: a way that cannot be gone costs nothing", () => {
  const speech = { page: "p", nonce: "n", ring: createRing(), sdks: [], stir: () => undefined };
  const broken = speak(() => { throw new Error("no"); }, speech);
  expect(broken.tell(0, 0)).toBe(false);
  const throwing = speak(() => ({ post: () => { throw new Error("no"); }, close: () => { throw new Error("no"); } }), speech);
  expect(() => { throwing.close(); }).not.toThrow();
});

it("TAP-10: a page that goes tells all it has, at any pace, and again what comes on its way out", () => {
  const { said, answer, speaker, ring } = scene();
  answer(welcome);
  for (let n = 0; n < 1_500; n++) append(ring, told(`m${n}`));
  speaker.bye(Date.now(), 0);
  append(ring, told("last"));
  speaker.bye(Date.now(), 0);
  expect(said.flatMap((one) => (one.kind === "report" ? [[one.from, one.to]] : []))).toEqual([[0, 1_000], [1_000, 1_500], [1_500, 1_501]]);
  expect(said.flatMap((one) => (one.kind === "bye" ? [[one.session, one.told, one.end]] : []))).toEqual([["s", 1_500, 1_500], ["s", 1_501, 1_501]]);
});

it("TAP-10: a page that goes before anybody welcomed it says how much it had", () => {
  const { said, speaker, ring } = scene();
  append(ring, told("m"));
  speaker.bye(Date.now(), 0);
  expect(said.at(-1)).toEqual({ dagnet: MARK, kind: "bye", page: "p", session: "", told: 0, end: 1 });
});
