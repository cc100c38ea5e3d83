import { expect, it } from "vitest";
import { hear, once, type Stage } from "../src/hear.ts";
import type { Sdk, SdkEvent } from "../src/sdk.ts";
import { FakeSdk } from "./support.ts";

function listen(sdk: Sdk): string[] {
  const heard: string[] = [];
  hear(sdk, (event, stage, reason) => heard.push([event.messageId, stage, reason].filter(Boolean).join(" ")));
  return heard;
}

it("TAP-3: called, enriched, failed and dropped come from the SDK's own events", () => {
  const sdk = new FakeSdk();
  const heard = listen(sdk);
  const context = sdk.call({ messageId: "m", type: "track" });
  sdk.queue.emit("message_enriched", context);
  sdk.queue.emit("delivery_failure", context, { retry: false, type: "middleware_cancellation", reason: "skipped" });
  sdk.queue.emit("delivery_failure", context, new Error("boom"));
  expect(heard).toEqual(["m called", "m enriched", "m dropped skipped", "m failed boom"]);
});

it("TAP-3: an event that does not come by Segment's destination has been left out", () => {
  const sdk = new FakeSdk();
  sdk.queue.plugins.push({ name: "Segment.io", track: () => undefined });
  const heard = listen(sdk);
  sdk.queue.emit("delivery_success", sdk.call({ messageId: "m", type: "track" }));
  expect(heard).toEqual(["m called", "m dropped left out"]);
});

it("TAP-1: an SDK without those events is heard through a plugin", () => {
  const plugins: Record<string, (context: unknown) => unknown>[] = [];
  const heard = listen({ register: (plugin) => plugins.push(plugin as never) });
  const context = { event: { messageId: "m", type: "page" } };
  expect(plugins[0]?.["page"]?.(context)).toBe(context);
  expect([plugins[0]?.["isLoaded"]?.(null), plugins[0]?.["type"]]).toEqual([true, "enrichment"]);
  expect(heard).toEqual(["m called", "m enriched"]);
  expect(() => listen({})).not.toThrow();
});

it("TAP-8: what the tap throws never reaches the SDK", () => {
  const sdk = new FakeSdk();
  hear(sdk, () => { throw new Error("ours"); });
  expect(() => sdk.call({ messageId: "m" })).not.toThrow();
  expect(() => { sdk.emit("dispatch_start", undefined); }).not.toThrow();
});

it("TAP-3: each stage of a message is told once, and nothing after it was delivered", () => {
  const told: string[] = [];
  const tell = once((event, stage) => told.push(`${String(event.messageId)} ${stage}`));
  const say = (id: SdkEvent["messageId"], ...stages: Stage[]): void => { for (const stage of stages) tell({ messageId: id }, stage); };
  say("m", "called", "called", "failed", "failed", "delivered", "failed", "enriched");
  say(undefined, "called");
  expect(told).toEqual(["m called", "m failed", "m delivered"]);
  for (let n = 0; n < 3_000; n++) say(`n${n}`, "called");
  say("n2999", "called");
  expect(told).toHaveLength(3_003);
});

it("TAP-2: that the SDK begins to replay is said, whatever comes of it", () => {
  const sdk = new FakeSdk();
  let ready = 0;
  hear(sdk, () => undefined, () => { ready += 1; throw new Error("ours"); });
  expect(() => { sdk.emit("initialize"); }).not.toThrow();
  expect(ready).toBe(1);
});
