import type { TapMessage } from "@dagnet-realtime/engine/tapMessage";
import { type FromHost, MAGIC } from "@dagnet-realtime/tap/protocol";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { GRAPH, POSTURE } from "../../../../app/test/support/page.ts";
import type { ChannelKind, Incoming, PageChannel } from "../../../src/transport/tap/channels.ts";
import { DEFAULT_TRACE_KINDS, redactionRules, TapHost } from "../../../src/transport/tap/tapHost.ts";

describe("lane", () => {
  beforeEach(() => { vi.useFakeTimers(); });
  afterEach(() => { vi.useRealTimers(); });

  const RULES = { salt: "s", trace: [], allow: [], deny: [], needed: [] };
  const message = (messageId: string, more: object = {}) => ({ messageId, type: "track", name: "A", names: ["A"], occurredAt: 1, at: 1_000, stage: "called", traces: [], properties: {}, ...more });

  function scene(allowed = ["https://a.test"]) {
    let take: ((heard: Incoming) => void) | null = null;
    const called: FromHost[] = [];
    const answered: FromHost[] = [];
    const taken: TapMessage[] = [];
    const road: PageChannel = { listen: (hear) => { take = hear; return () => { take = null; }; }, send: (said) => called.push(said) };
    let early = false;
    const lane = new TapHost([road], { session: "s", rules: () => RULES, allows: (origin) => allowed.includes(origin), accept: (one) => { if (!early) taken.push(one); return !early; } }, () => 1_000);
    const say = (said: object, origin = "https://a.test", by: ChannelKind = "opened", gone = false): void => take?.({ message: { dagnet: MAGIC, ...said }, origin, channel: by, answer: gone ? null : (answer) => answered.push(answer) });
    const hello = (page = "p", origin?: string, by?: ChannelKind): void => { say({ kind: "hello", page, nonce: "n", url: "https://a.test/", sdks: [] }, origin, by); };
    const report = (from: number, messages: readonly unknown[], more: object = {}, origin?: string): void => { say({ kind: "report", page: "p", session: "s", from, to: from + messages.length, messages, missed: 0, skipped: 0, sdks: [], ...more }, origin); };
    return { lane, called, answered, taken, say, hello, report, listening: () => take !== null, soon: () => { early = true; } };
  }

  it("TAP-10: asks who is there, welcomes with the page's own nonce, takes reports and answers for them", () => {
    const { lane, called, answered, taken, hello, report } = scene();
    lane.open();
    lane.open();
    expect(called).toEqual([{ dagnet: MAGIC, kind: "call" }]);
    hello();
    report(0, [message("a"), message("b")]);
    expect(answered).toEqual([{ dagnet: MAGIC, kind: "welcome", page: "p", nonce: "n", session: "s", rules: RULES }, { dagnet: MAGIC, kind: "ack", page: "p", session: "s", to: 2 }]);
    report(0, [message("a"), message("b"), message("c")]);
    expect(taken.map(({ messageId }) => messageId)).toEqual(["a", "b", "c"]);
    expect(lane.pages.get("p")).toMatchObject({ received: 3, present: true });
    vi.advanceTimersByTime(15_000);
    expect(called).toHaveLength(2);
  });

  it("TAP-11: an origin that was not allowed gets no answer to any message; its road's own origin does", () => {
    const { lane, answered, taken, hello, report } = scene([]);
    lane.open();
    hello();
    report(0, [message("a")]);
    expect([answered, taken]).toEqual([[], []]);
    expect([...lane.rejected.values()]).toEqual([{ origin: "https://a.test", reason: "not allowed", count: 2 }]);
    hello("q", "https://realtime.test", "tab");
    hello("r", "https://b.test", "extension");
    expect(answered).toHaveLength(2);
  });

  it("TAP-9: a report for another tab, of an unknown page or from another origin than the page's is not taken", () => {
    const { lane, taken, hello, report } = scene(["https://a.test", "https://b.test"]);
    lane.open();
    report(0, [message("a")]);
    hello();
    report(0, [message("a")], { session: "another" });
    report(0, [message("a")], {}, "https://b.test");
    report(0, [message("a")], { messages: "junk" });
    expect(taken).toEqual([]);
    expect([...lane.rejected.values()]).toEqual([{ origin: "https://b.test", reason: "malformed", count: 1 }, { origin: "https://a.test", reason: "malformed", count: 1 }]);
  });

  it("TAP-9: refusals are counted by reason and origin, and no longer list than twenty", () => {
    const { lane, hello } = scene([]);
    lane.open();
    for (let n = 0; n < 50; n++) hello("p", `https://a${n}.test`);
    expect(lane.rejected.size).toBe(21);
    expect(lane.rejected.get("not allowed other origins")?.count).toBe(30);
  });

  it("TAP-10: what came before On is answered for and counted apart", () => {
    const { lane, answered, hello, report, soon } = scene();
    lane.open();
    hello();
    soon();
    report(0, [message("a")]);
    expect(lane.pages.get("p")).toMatchObject({ early: 1, received: 0 });
    expect(answered.at(-1)).toMatchObject({ kind: "ack", to: 1 });
  });

  it("TAP-10: a page that says goodbye is gone, new rules go to those that are there, and a closed lane says so", () => {
    const { lane, called, answered, say, hello, listening } = scene();
    lane.open();
    hello();
    hello("q");
    say({ kind: "bye", page: "q", session: "s", told: 1, end: 3 });
    expect(lane.pages.get("q")).toMatchObject({ present: false, untold: 3 });
    lane.sendRules();
    expect(answered.slice(2)).toMatchObject([{ kind: "welcome", page: "p" }]);
    lane.close();
    expect([called.at(-1), listening()]).toEqual([{ dagnet: MAGIC, kind: "gone", session: "s" }, false]);
  });

  it("TAP-10: what a known page says while it navigates away is taken, without an answer; what an unknown page says is not", () => {
    const { lane, answered, taken, say, hello } = scene(["https://a.test", "https://b.test"]);
    lane.open();
    hello();
    const before = answered.length;
    const leaving = (said: object, origin?: string): void => { say({ page: "p", session: "s", ...said }, origin, "opened", true); };
    const last = { kind: "report", from: 0, to: 1, messages: [message("a")], missed: 0, skipped: 0, sdks: [] };
    leaving({ ...last, session: "another" });
    leaving({ ...last, page: "stranger" });
    leaving(last, "https://b.test");
    leaving(last, "https://c.test");
    leaving({ kind: "hello", page: "q", nonce: "n", url: "https://a.test/", sdks: [] });
    expect([taken, lane.pages.has("q"), answered.length]).toEqual([[], false, before]);
    leaving(last);
    leaving({ kind: "bye", told: 1, end: 1 });
    expect(taken.map(({ messageId }) => messageId)).toEqual(["a"]);
    expect([lane.pages.get("p"), answered.length]).toMatchObject([{ received: 1, untold: 0, present: false }, before]);
  });

  it("TAP-10: a page that goes before it was welcomed, or whose road is closed, is gone, and what it had is missed", () => {
    const { lane, say, hello } = scene();
    lane.open();
    for (const page of ["p", "q"]) hello(page);
    say({ kind: "bye", page: "p", session: "", told: 0, end: 4 });
    say({ kind: "bye", page: "q", session: "", told: 0, end: 0 });
    expect([lane.pages.get("p"), lane.pages.get("q")]).toMatchObject([{ present: false, untold: 4 }, { present: false, untold: 0 }]);
  });

  it("TAP-5: changed rules reach a page by every road it has, and each report is answered on its own", () => {
    const { lane, answered, hello, say, report } = scene();
    lane.open();
    hello();
    say({ kind: "hello", page: "p", nonce: "by tab", url: "https://a.test/", sdks: [] }, "https://a.test", "tab");
    answered.length = 0;
    lane.sendRules();
    expect(answered).toMatchObject([{ kind: "welcome", nonce: "n" }, { kind: "welcome", nonce: "by tab" }]);
    report(0, [message("a")]);
    expect(answered.at(-1)).toMatchObject({ kind: "ack", to: 1 });
  });

  it("TAP-11: a frame that has no origin is said to be one", () => {
    const { lane, hello } = scene();
    lane.open();
    hello("p", "null");
    expect([...lane.rejected.values()]).toEqual([{ origin: "null", reason: "a sandboxed frame has no origin that could be let in", count: 1 }]);
  });

  it("TAP-2: a replay of a call that was reported is not heard a second time", () => {
    const { lane, taken, hello, report } = scene();
    lane.open();
    hello();
    report(0, [message("tap-1"), message("m", { replaces: "tap-1" })]);
    expect([lane.pages.get("p")?.received, taken[1]?.replaces]).toEqual([1, "tap-1"]);
  });
});

describe("rules", () => {
  const graph = { ...GRAPH, listens: GRAPH.listens.map((one) => ({ ...one, filters: [{ property: "device", operator: "is", values: ["mobile"], property_type: "event" as const }] })) };

  it("TAP-5: a page keeps the server's policy, and what the graph's filters read", () => {
    const posture = { ...POSTURE, properties: ["checkout_*"], deny: ["internal_*"], trace: ["properties.trip", "session"] };
    expect(redactionRules("salt", graph, posture, ["plan"])).toEqual({ salt: "salt", trace: ["properties.trip", "session"], allow: ["checkout_*", "plan"], deny: ["internal_*"], needed: ["device"] });
  });

  it("TAP-5: without a server only what the graph reads and the viewer asked for is shown", () => {
    expect(redactionRules("salt", graph, null, [])).toEqual({ salt: "salt", trace: DEFAULT_TRACE_KINDS, allow: [], deny: [], needed: ["device"] });
    expect(redactionRules("salt", null, null, []).needed).toEqual([]);
  });
});
