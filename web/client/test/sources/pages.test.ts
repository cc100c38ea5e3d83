// @vitest-environment jsdom
import { CHANNEL, MAGIC } from "@dagnet-realtime/tap/protocol";
import { tap } from "@dagnet-realtime/tap/tap";
import { otherTab as toOtherTab } from "@dagnet-realtime/tap/channels";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { GRAPH } from "../../../app/test/support/page.ts";
import type { Realtime } from "../../src/hostInterface.ts";
import { realtime } from "../../src/realtime.ts";
import type { Source } from "../../src/source.ts";
import { opener, otherTab, page } from "../../src/sources/pages.ts";

/** An SDK whose calls, and later stages of them, a test makes. */
class Sdk {
  readonly VERSION = "2";
  readonly #listeners: [string, (context: object, problem?: unknown) => void][] = [];
  readonly queue = { on: (name: string, listener: () => void) => this.#listeners.push([name, listener]), plugins: [] };
  readonly on = this.queue.on;
  call(stage: "dispatch_start" | "message_enriched" | "delivery_failure", messageId: string, at = Date.now()): void {
    for (const [name, listener] of this.#listeners) if (name === stage) listener({ event: { type: "track", messageId, event: "see_a", timestamp: new Date(at) } }, new Error("offline"));
  }
}

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

async function on(source: Source): Promise<Realtime> {
  // Loaded with the first session.
  await import("../../src/transport/tap/localTransport.ts");
  const made = realtime({ graph: GRAPH, source });
  await made.on();
  await vi.advanceTimersByTimeAsync(2_000);
  return made;
}

it("TAP-10: a page's calls light the graph; what was called before On never does, however late the SDK retries it", async () => {
  const analytics = new Sdk();
  const first = await on(page({ analytics }));
  const old = Array.from({ length: 20 }, (_, n) => `ajs-next-${Date.now()}-${n}`);
  for (const id of old) analytics.call("dispatch_start", id);
  await vi.advanceTimersByTimeAsync(500);
  expect([first.light.node("a").count, first.state.why, first.state.transport]).toEqual([20, "", "local"]);
  // The editor's graph is another object with each edit, and a second session begins beside.
  first.update({ ...GRAPH, version: "v2" });
  const second = await on(page({ analytics }));
  for (const wait of [1_000, 12_000]) {
    for (const id of old) for (const stage of ["message_enriched", "delivery_failure"] as const) analytics.call(stage, id);
    await vi.advanceTimersByTimeAsync(wait);
  }
  expect([first.light.node("a").count, second.light.node("a").count]).toEqual([20, 0]);
  await second.off();
  await second.on();
  await vi.advanceTimersByTimeAsync(1_000);
  for (const id of old) analytics.call("delivery_failure", id);
  analytics.call("dispatch_start", "fresh");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(second.light.node("a").count).toBe(1);
  await first.off();
  await second.off();
  analytics.call("dispatch_start", "late");
  await vi.advanceTimersByTimeAsync(1_000);
  expect([first.light.node("a").count, second.light.node("a").count]).toEqual([21, 1]);
});

it("EMB-8: says what keeps a page's calls from being heard", async () => {
  const quiet = await on(page());
  expect(quiet.state).toMatchObject({ phase: "on", connection: "live", why: "No analytics.js of Segment has been found in this page so far." });
  await quiet.off();
});

it("EMB-8: hears other tabs of its origin", async () => {
  // Channels between tabs have no fake time.
  vi.useRealTimers();
  const made = realtime({ graph: GRAPH, source: otherTab() });
  const until = (done: () => boolean): Promise<void> => new Promise((resolve) => { const stop = made.subscribe(() => { if (done()) { stop(); resolve(); } }); });
  const waits = until(() => made.state.why.startsWith("No other tab of"));
  await made.on();
  await waits;
  const analytics = new Sdk();
  const theirs = tap({ sinks: [toOtherTab()] });
  theirs.listen(analytics);
  await until(() => made.state.why === "");
  analytics.call("dispatch_start", "m1");
  await until(() => made.light.node("a").count === 1);
  theirs.stop();
  await made.off();
});

it("EMB-8: of pages that it opened it hears those of the listed origins alone, and names one that is not", async () => {
  const made = await on(opener(["https://shop.example.com"]));
  expect(made.state.why).toContain("https://shop.example.com");
  const posted: unknown[] = [];
  const say = (origin: string, message: object): void => {
    const event = new MessageEvent("message", { data: { dagnet: MAGIC, ...message }, origin });
    Object.defineProperty(event, "source", { value: { postMessage: (answer: { kind: string }) => posted.push(answer) } });
    window.dispatchEvent(event);
  };
  const hello = { kind: "hello", page: "p", nonce: "n", url: "/", sdks: [{ version: "2", key: "abcd" }] };
  say("https://evil.example.com", hello);
  await vi.advanceTimersByTimeAsync(1_500);
  expect([posted, made.state.why]).toEqual([[], "A page of https://evil.example.com reports, and is not heard: not allowed."]);
  say("https://shop.example.com", hello);
  await vi.advanceTimersByTimeAsync(1_500);
  const [welcome] = posted as { session: string }[];
  say("https://shop.example.com", { kind: "report", page: "p", session: welcome?.session, from: 0, to: 1, missed: 0, skipped: 0, sdks: hello.sdks, messages: [{ messageId: "m", type: "track", name: "see_a", names: ["see_a"], occurredAt: Date.now(), stage: "called", traces: [], properties: {} }] });
  await vi.advanceTimersByTimeAsync(500);
  expect([made.state.why, made.light.node("a").count, CHANNEL]).toEqual(["", 1, "dagnet-realtime"]);
  await made.off();
});
