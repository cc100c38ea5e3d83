import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { Say } from "../src/hear.ts";
import type { SdkContext, SdkPlugin } from "../src/sdk.ts";
import { reasonOf, watchSending } from "../src/sending.ts";
import { FakeSdk } from "./support.ts";

const real = globalThis.fetch;
let status = 200;
beforeEach(() => { status = 200; globalThis.fetch = vi.fn(() => (status === 0 ? Promise.reject(new TypeError("Failed to fetch")) : Promise.resolve(new Response("{}", { status })))); });
afterEach(() => { globalThis.fetch = real; });

function watched(): { heard: string[]; send: (id: string) => Promise<unknown>; post: (...ids: string[]) => Promise<unknown> } {
  const sdk = new FakeSdk();
  const sender: SdkPlugin = { name: "Segment.io", track: (context: SdkContext) => Promise.resolve(context) };
  sdk.queue.plugins.push(sender);
  const heard: string[] = [];
  const say: Say = (context, stage, reason) => void heard.push([context?.event?.messageId, stage, reason].filter(Boolean).join(" "));
  expect(watchSending(sdk, say)).toBeInstanceOf(WeakSet);
  const post = async (...ids: string[]): Promise<unknown> => {
    const answer = await globalThis.fetch("https://api.segment.io/v1/b", { method: "post", body: JSON.stringify({ batch: ids.map((messageId) => ({ messageId })) }) }).catch((error: unknown) => error);
    await Promise.resolve();
    return answer;
  };
  return { heard, send: (id) => (sender["track"] as (context: SdkContext) => Promise<unknown>)({ event: { messageId: id } }), post };
}

it("TAP-3: a message has left when its request was answered well, alone or in a batch", async () => {
  const { heard, send, post } = watched();
  await send("a");
  await send("b");
  expect(heard).toEqual(["a enriched", "b enriched"]);
  await post("a", "b", "nobody");
  expect(heard.slice(2)).toEqual(["a delivered", "b delivered"]);
  await post("a");
  expect(heard).toHaveLength(4);
});

it("TAP-3: a refused and a broken request are failures, with their reasons, and the retry may succeed", async () => {
  const { heard, send, post } = watched();
  await send("a");
  status = 503;
  await post("a");
  status = 0;
  expect(await post("a")).toBeInstanceOf(TypeError);
  status = 200;
  await post("a");
  expect(heard.slice(1)).toEqual(["a failed the answer was 503", "a failed Failed to fetch", "a delivered"]);
});

it("TAP-7: requests of the page itself pass untouched", async () => {
  const inner = globalThis.fetch;
  const { heard, send } = watched();
  await send("a");
  const body = '{"messageId":"a"}';
  await globalThis.fetch("https://shop.example/basket", { method: "post", body });
  await globalThis.fetch(new URL("https://shop.example/t"), { body: new Blob([body]) });
  expect(vi.mocked(inner).mock.calls.map(([url]) => url)).toEqual(["https://shop.example/basket", new URL("https://shop.example/t")]);
  expect(heard).toEqual(["a enriched"]);
});

it("says nothing where there is no destination yet", () => {
  expect(watchSending(new FakeSdk(), () => undefined)).toBeUndefined();
});

it("TAP-3: a reason is what was thrown, in words, and never too long", () => {
  expect([reasonOf(new Error("x".repeat(900))).length, reasonOf({ reason: "r" }), reasonOf(null), reasonOf({ reason: {} })]).toEqual([512, "r", "", ""]);
});
