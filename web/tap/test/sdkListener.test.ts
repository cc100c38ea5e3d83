import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Sdk, SdkContext, SdkEvent, SdkPlugin } from "../src/sdk.ts";
import { listenTo, oncePerStage, reasonOf, type ReportStage, type Stage, watchDestination } from "../src/sdkListener.ts";
import { FakeSdk } from "./support.ts";

describe("sending", () => {
  const real = globalThis.fetch;
  let status = 200;
  beforeEach(() => { status = 200; globalThis.fetch = vi.fn(() => (status === 0 ? Promise.reject(new TypeError("Failed to fetch")) : Promise.resolve(new Response("{}", { status })))); });
  afterEach(() => { globalThis.fetch = real; });

  function watched(): { heard: string[]; send: (id: string) => Promise<unknown>; post: (...ids: string[]) => Promise<unknown> } {
    const sdk = new FakeSdk();
    const sender: SdkPlugin = { name: "Segment.io", track: (context: SdkContext) => Promise.resolve(context) };
    sdk.queue.plugins.push(sender);
    const stages: string[] = [];
    const say: ReportStage = (context, stage, reason) => void stages.push([context?.event?.messageId, stage, reason].filter(Boolean).join(" "));
    expect(watchDestination(sdk, say)).toBeInstanceOf(WeakSet);
    const post = async (...ids: string[]): Promise<unknown> => {
      const answer = await globalThis.fetch("https://api.segment.io/v1/b", { method: "post", body: JSON.stringify({ batch: ids.map((messageId) => ({ messageId })) }) }).catch((error: unknown) => error);
      await Promise.resolve();
      return answer;
    };
    return { heard: stages, send: (id) => (sender["track"] as (context: SdkContext) => Promise<unknown>)({ event: { messageId: id } }), post };
  }

  it("TAP-3: a message has left when its request was answered well, alone or in a batch", async () => {
    const { heard: stages, send, post } = watched();
    await send("a");
    await send("b");
    expect(stages).toEqual(["a enriched", "b enriched"]);
    await post("a", "b", "nobody");
    expect(stages.slice(2)).toEqual(["a delivered", "b delivered"]);
    await post("a");
    expect(stages).toHaveLength(4);
  });

  it("TAP-3: a refused and a broken request are failures, with their reasons, and the retry may succeed", async () => {
    const { heard: stages, send, post } = watched();
    await send("a");
    status = 503;
    await post("a");
    status = 0;
    expect(await post("a")).toBeInstanceOf(TypeError);
    status = 200;
    await post("a");
    expect(stages.slice(1)).toEqual(["a failed the answer was 503", "a failed Failed to fetch", "a delivered"]);
  });

  it("TAP-7: requests of the page itself pass untouched", async () => {
    const inner = globalThis.fetch;
    const { heard: stages, send } = watched();
    await send("a");
    const body = '{"messageId":"a"}';
    await globalThis.fetch("https://shop.example/basket", { method: "post", body });
    await globalThis.fetch(new URL("https://shop.example/t"), { body: new Blob([body]) });
    expect(vi.mocked(inner).mock.calls.map(([url]) => url)).toEqual(["https://shop.example/basket", new URL("https://shop.example/t")]);
    expect(stages).toEqual(["a enriched"]);
  });

  it("says nothing if there is no destination yet", () => {
    expect(watchDestination(new FakeSdk(), () => undefined)).toBeUndefined();
  });

  it("TAP-3: a reason is what was thrown, in words, and never too long", () => {
    expect([reasonOf(new Error("x".repeat(900))).length, reasonOf({ reason: "r" }), reasonOf(null), reasonOf({ reason: {} })]).toEqual([512, "r", "", ""]);
  });
});

describe("hear", () => {
  function listen(sdk: Sdk): string[] {
    const stages: string[] = [];
    listenTo(sdk, (event, stage, reason) => stages.push([event.messageId, stage, reason].filter(Boolean).join(" ")));
    return stages;
  }

  it("TAP-3: called, enriched, failed and dropped come from the SDK's own events", () => {
    const sdk = new FakeSdk();
    const stages = listen(sdk);
    const context = sdk.call({ messageId: "m", type: "track" });
    sdk.queue.emit("message_enriched", context);
    sdk.queue.emit("delivery_failure", context, { retry: false, type: "middleware_cancellation", reason: "skipped" });
    sdk.queue.emit("delivery_failure", context, new Error("boom"));
    expect(stages).toEqual(["m called", "m enriched", "m dropped skipped", "m failed boom"]);
  });

  it("TAP-3: an event that does not come by Segment's destination has been left out", () => {
    const sdk = new FakeSdk();
    sdk.queue.plugins.push({ name: "Segment.io", track: () => undefined });
    const stages = listen(sdk);
    sdk.queue.emit("delivery_success", sdk.call({ messageId: "m", type: "track" }));
    expect(stages).toEqual(["m called", "m dropped left out"]);
  });

  it("TAP-1: an SDK without those events is heard through a plugin", () => {
    const plugins: Record<string, (context: unknown) => unknown>[] = [];
    const stages = listen({ register: (plugin) => plugins.push(plugin as never) });
    const context = { event: { messageId: "m", type: "page" } };
    expect(plugins[0]?.["page"]?.(context)).toBe(context);
    expect([plugins[0]?.["isLoaded"]?.(null), plugins[0]?.["type"]]).toEqual([true, "enrichment"]);
    expect(stages).toEqual(["m called", "m enriched"]);
    expect(() => listen({})).not.toThrow();
  });

  it("TAP-7: what the tap throws never reaches the SDK", () => {
    const sdk = new FakeSdk();
    listenTo(sdk, () => { throw new Error("ours"); });
    expect(() => sdk.call({ messageId: "m" })).not.toThrow();
    expect(() => { sdk.emit("dispatch_start", undefined); }).not.toThrow();
  });

  it("TAP-3: each stage of a message is reported once, and nothing after it was delivered", () => {
    const entry: string[] = [];
    const onStage = oncePerStage((event, stage) => entry.push(`${String(event.messageId)} ${stage}`));
    const say = (id: SdkEvent["messageId"], ...stages: Stage[]): void => { for (const stage of stages) onStage({ messageId: id }, stage); };
    say("m", "called", "called", "failed", "failed", "delivered", "failed", "enriched");
    say(undefined, "called");
    expect(entry).toEqual(["m called", "m failed", "m delivered"]);
    for (let n = 0; n < 3_000; n++) say(`n${n}`, "called");
    say("n2999", "called");
    expect(entry).toHaveLength(3_003);
  });

  it("TAP-2: that the SDK begins to replay is reported, though a listener throws", () => {
    const sdk = new FakeSdk();
    let ready = 0;
    listenTo(sdk, () => undefined, () => { ready += 1; throw new Error("ours"); });
    expect(() => { sdk.emit("initialize"); }).not.toThrow();
    expect(ready).toBe(1);
  });
});
