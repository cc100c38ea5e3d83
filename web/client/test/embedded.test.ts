// @vitest-environment jsdom
import { tap } from "@dagnet-realtime/tap/tap";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { embedded } from "../src/embedded.ts";
import { GRAPH } from "../../app/test/support/page.ts";

class Sdk {
  readonly VERSION = "1";
  readonly queue = { on: () => undefined, plugins: [] };
  #call: ((context: object) => void) | null = null;
  on(name: string, listener: (context: object) => void): void {
    if (name === "dispatch_start") this.#call = listener;
  }
  track(messageId: string, event: string): void {
    this.#call?.({ event: { type: "track", messageId, event, properties: { plan: "free" } } });
  }
}

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => { vi.useRealTimers(); });

it("TAP-10: a page's own calls light the graph that stands in it", async () => {
  const analytics = new Sdk();
  const hits: string[] = [];
  const shown = embedded(GRAPH, { analytics });
  const { light } = shown;
  light.subscribe({ hit: ({ node }) => hits.push(node), step: () => undefined });
  await vi.advanceTimersByTimeAsync(100);
  analytics.track("m", "see_a");
  analytics.track("m", "see_a");
  vi.advanceTimersByTime(100);
  expect([hits, light.node("a").count]).toEqual([["a"], 1]);
  shown.stop();
  analytics.track("n", "see_a");
  vi.advanceTimersByTime(100);
  expect(light.node("a").count).toBe(1);
});

it("TAP-10: the tap that a page has already is shared, and outlives the graph", async () => {
  const analytics = new Sdk();
  const page = (globalThis.__dagnetRealtimeTap = tap());
  const shown = embedded(GRAPH, { analytics, properties: ["*"] });
  const { light } = shown;
  await vi.advanceTimersByTimeAsync(100);
  analytics.track("m", "see_b");
  vi.advanceTimersByTime(100);
  expect(light.node("b").count).toBe(1);
  shown.stop();
  analytics.track("n", "see_b");
  vi.advanceTimersByTime(100);
  expect(light.node("b").count).toBe(1);
  page.stop();
  delete (globalThis as Partial<typeof globalThis>).__dagnetRealtimeTap;
});

it("TAP-10: retries of what was called before the graph stood there do not light it", async () => {
  const listeners = new Map<string, (context: object, problem?: unknown) => void>();
  const analytics = { VERSION: "1", queue: { on: (name: string, listen: () => void) => listeners.set(name, listen), plugins: [] }, on: (name: string, listen: () => void) => listeners.set(name, listen) };
  const shown = embedded(GRAPH, { analytics });
  await vi.advanceTimersByTimeAsync(100);
  const of = (made: number) => ({ event: { type: "track", messageId: `ajs-next-${made}-x`, event: "see_a", timestamp: new Date(made) } });
  for (const stage of ["message_enriched", "delivery_failure"]) listeners.get(stage)?.(of(Date.now() - 60_000), new Error("offline"));
  vi.advanceTimersByTime(100);
  expect(shown.light.node("a").count).toBe(0);
  listeners.get("delivery_failure")?.(of(Date.now()), new Error("offline"));
  vi.advanceTimersByTime(100);
  expect(shown.light.node("a").count).toBe(1);
  shown.stop();
});
