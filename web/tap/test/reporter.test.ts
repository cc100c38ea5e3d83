import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { appendEntry, createBuffer, MAX_ENTRIES, type ReportBuffer } from "../src/buffer.ts";
import { type FromPage, MAGIC, type Report } from "../src/protocol.ts";
import { createReporter, type HostState, report, type Reporter, suspend } from "../src/reporter.ts";
import { sanitizer } from "../src/sanitize.ts";
import { RULES, told } from "./support.ts";

describe("link", () => {
  const link = (): HostState => ({ session: "s", sanitize: sanitizer(RULES), next: 0, acked: 0, missed: 0, reportedAt: 0, on: true });
  const filled = (count: number): ReportBuffer => {
    const buffer = createBuffer();
    for (let n = 0; n < count; n++) appendEntry(buffer, told(`m${n}`, { timestamp: new Date(1_000 - n) }));
    return buffer;
  };

  it("TAP-9: a report holds what is new, in the order of the calls; then there is nothing", () => {
    const buffer = filled(3);
    const one = link();
    const first = report(one, buffer, "p", 100, 0, []);
    expect(first).toMatchObject({ from: 0, to: 3, missed: 0, session: "s", page: "p" });
    expect(first?.messages.map(({ messageId }) => messageId)).toEqual(["m2", "m1", "m0"]);
    expect(report(one, buffer, "p", 200, 0, [])).toBeUndefined();
  });

  it("TAP-9: a flood is reported at a pace, and what made room meanwhile is counted", () => {
    const buffer = filled(MAX_ENTRIES + 100);
    const one = link();
    expect(report(one, buffer, "p", 50, 0, [])).toMatchObject({ from: 100, to: 406, missed: 100 });
    expect(report(one, buffer, "p", 60, 7, [])).toMatchObject({ from: 406, to: 472, skipped: 7 });
    expect(report(one, buffer, "p", 1e6, 0, [])).toMatchObject({ from: 472, to: 1_472 });
  });

  it("TAP-10: what was not answered for is reported again to a tab that comes back", () => {
    const buffer = filled(4);
    const one = link();
    report(one, buffer, "p", 100, 0, []);
    one.acked = 2;
    suspend(one);
    expect(one.on).toBe(false);
    expect(report(one, buffer, "p", 200, 0, [])).toMatchObject({ from: 2, to: 4 });
  });
});

describe("speaker", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_000_000 });
    vi.stubGlobal("location", { origin: "http://shop.test", pathname: "/cart" });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  function scene(): { said: FromPage[]; answer: (message: object) => void; speaker: Reporter; ring: ReturnType<typeof createBuffer>; kinds: () => string[]; stirred: () => number } {
    const said: FromPage[] = [];
    const buffer = createBuffer();
    let stirred = 0;
    let answer: (message: unknown) => void = () => undefined;
    const reporter = createReporter((receive) => {
      answer = receive;
      return { post: (message) => said.push(message), close: () => undefined };
    }, { page: "p", nonce: "n", buffer, sdks: [{ version: "1", key: "abcd" }], onNews: () => { stirred += 1; } });
    return { said, ring: buffer, speaker: reporter, answer: (message) => { answer({ dagnet: MAGIC, ...message }); }, kinds: () => said.map(({ kind }) => kind), stirred: () => stirred };
  }

  const welcome = { kind: "welcome", page: "p", nonce: "n", session: "s", rules: RULES };

  it("TAP-10: a page offers itself until it is welcomed with its own nonce, and tells nothing before", () => {
    const { said, answer, speaker: reporter, ring: buffer, kinds, stirred } = scene();
    appendEntry(buffer, told("m"));
    vi.advanceTimersByTime(10_000);
    expect(said.length).toBeGreaterThan(5);
    expect(said[0]).toEqual({ dagnet: MAGIC, kind: "hello", page: "p", nonce: "n", url: "http://shop.test/cart", sdks: [{ version: "1", key: "abcd" }] });
    for (const wrong of [{ nonce: "other" }, { page: "q" }, { kind: "ack" }]) answer({ ...welcome, ...wrong });
    reporter.flush(Date.now(), 0);
    expect([...new Set(kinds())]).toEqual(["hello"]);
    answer(welcome);
    expect(stirred()).toBe(1);
    reporter.flush(Date.now(), 0);
    expect(kinds().at(-1)).toBe("report");
    const before = said.length;
    vi.advanceTimersByTime(10_000);
    expect(said.length).toBe(before);
  });

  it("TAP-10: a tab that goes is offered to again, and told only what it had not answered for", () => {
    const { said, answer, speaker: reporter, ring: buffer, kinds } = scene();
    answer(welcome);
    appendEntry(buffer, told("a"));
    expect(reporter.flush(Date.now(), 0)).toBe(true);
    answer({ kind: "ack", page: "p", session: "s", to: 1 });
    appendEntry(buffer, told("b"));
    vi.advanceTimersByTime(100);
    reporter.flush(Date.now(), 0);
    answer({ kind: "gone", session: "s" });
    expect(kinds().at(-1)).toBe("hello");
    appendEntry(buffer, told("c"));
    reporter.flush(Date.now(), 0);
    expect(kinds().at(-1)).toBe("hello");
    answer(welcome);
    vi.advanceTimersByTime(100);
    reporter.flush(Date.now(), 0);
    expect((said.at(-1) as Report).messages.map(({ messageId }) => messageId)).toEqual(["b", "c"]);
    expect(reporter.acknowledged()).toBe(1);
  });

  it("TAP-10: a tab that falls silent counts as gone after five seconds", () => {
    const { answer, speaker: reporter, ring: buffer, kinds } = scene();
    answer(welcome);
    appendEntry(buffer, told("a"));
    reporter.flush(Date.now(), 0);
    vi.advanceTimersByTime(5_100);
    reporter.flush(Date.now(), 0);
    expect(kinds().at(-1)).toBe("hello");
  });

  it("TAP-10: several tabs are each told everything, at most four", () => {
    const { said, answer, speaker: reporter, ring: buffer } = scene();
    for (const session of ["a", "b", "c", "d", "e"]) answer({ ...welcome, session });
    appendEntry(buffer, told("m"));
    reporter.flush(Date.now(), 0);
    expect(said.flatMap((one) => (one.kind === "report" ? [one.session] : []))).toEqual(["a", "b", "c", "d"]);
  });

  it("TAP-10: a page that goes says how far it had come; one that is called answers", () => {
    const { said, answer, speaker: reporter, ring: buffer, kinds } = scene();
    answer(welcome);
    appendEntry(buffer, told("m"));
    reporter.bye(Date.now(), 0);
    expect(said.at(-1)).toEqual({ dagnet: MAGIC, kind: "bye", page: "p", session: "s", told: 1, end: 1 });
    answer({ kind: "call" });
    expect(kinds().at(-1)).toBe("hello");
    reporter.close();
    const before = said.length;
    vi.advanceTimersByTime(10_000);
    expect(said.length).toBe(before);
  });

  it("TAP-7: a way that cannot be gone costs nothing", () => {
    const speech = { page: "p", nonce: "n", buffer: createBuffer(), sdks: [], onNews: () => undefined };
    const broken = createReporter(() => { throw new Error("no"); }, speech);
    expect(broken.flush(0, 0)).toBe(false);
    const throwing = createReporter(() => ({ post: () => { throw new Error("no"); }, close: () => { throw new Error("no"); } }), speech);
    expect(() => { throwing.close(); }).not.toThrow();
  });

  it("TAP-10: a page that goes tells all it has, at any pace, and again what comes on its way out", () => {
    const { said, answer, speaker: reporter, ring: buffer } = scene();
    answer(welcome);
    for (let n = 0; n < 1_500; n++) appendEntry(buffer, told(`m${n}`));
    reporter.bye(Date.now(), 0);
    appendEntry(buffer, told("last"));
    reporter.bye(Date.now(), 0);
    expect(said.flatMap((one) => (one.kind === "report" ? [[one.from, one.to]] : []))).toEqual([[0, 1_000], [1_000, 1_500], [1_500, 1_501]]);
    expect(said.flatMap((one) => (one.kind === "bye" ? [[one.session, one.told, one.end]] : []))).toEqual([["s", 1_500, 1_500], ["s", 1_501, 1_501]]);
  });

  it("TAP-10: a page that goes before anybody welcomed it says how much it had", () => {
    const { said, speaker: reporter, ring: buffer } = scene();
    appendEntry(buffer, told("m"));
    reporter.bye(Date.now(), 0);
    expect(said.at(-1)).toEqual({ dagnet: MAGIC, kind: "bye", page: "p", session: "", told: 0, end: 1 });
  });
});
