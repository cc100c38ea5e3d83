// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { samePage } from "../src/channels.ts";
import { tap, type Tap } from "../src/tap.ts";
import type { Report } from "../src/protocol.ts";
import { FakeSdk, RULES } from "./support.ts";

let made: Tap;
let reports: Report[] = [];
const heard = (): string[] => reports.flatMap(({ messages }) => messages.map(({ name, stage, reason }) => [name, stage, reason].filter(Boolean).join(" ")));

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  reports = [];
  made = tap({ sinks: [samePage((report) => reports.push(report), RULES)] });
});
afterEach(() => {
  made.stop();
  vi.useRealTimers();
});

it("TAP-9: the first call is reported at once, those that follow 50 ms apart", () => {
  const sdk = new FakeSdk();
  made.listen(sdk);
  return vi.advanceTimersByTimeAsync(100).then(() => {
    sdk.call({ messageId: "a", type: "track", event: "A" });
    vi.advanceTimersByTime(1);
    expect(heard()).toEqual(["A called"]);
    sdk.call({ messageId: "b", type: "track", event: "B" });
    sdk.call({ messageId: "c", type: "page" });
    vi.advanceTimersByTime(30);
    expect(reports).toHaveLength(1);
    vi.advanceTimersByTime(30);
    expect(heard()).toEqual(["A called", "B called", "Loaded a Page called"]);
    expect(reports.at(-1)?.sdks).toEqual([{ version: "1.2.3", key: "abcd" }]);
  });
});

it("TAP-1: a loader that is given hands its instance over, and things that are none do no harm", async () => {
  const sdk = new FakeSdk();
  made.listen(Promise.resolve([sdk, {}]));
  for (const junk of [null, undefined, 7, "x", {}, [], Promise.reject(new Error("no"))]) made.listen(junk);
  await vi.advanceTimersByTimeAsync(100);
  sdk.call({ messageId: "a", type: "track", event: "A" });
  sdk.call({ messageId: "b", type: "unknown" });
  vi.advanceTimersByTime(100);
  expect(heard()).toEqual(["A called"]);
});

it("TAP-2: replays are waited for and told in the order of the calls", async () => {
  const stub: unknown[] = [];
  made.listen(stub);
  for (const [place, call] of [["page", "P"], ["track", "A"], ["page", "Q"]].entries()) {
    vi.setSystemTime(1_000_000 + place);
    stub.push(call);
  }
  const sdk = new FakeSdk();
  made.listen(sdk);
  await vi.advanceTimersByTimeAsync(60);
  for (const [id, event] of [["p", { type: "page", name: "P" }], ["q", { type: "page", name: "Q" }]] as const) sdk.call({ messageId: id, ...event });
  await vi.advanceTimersByTimeAsync(100);
  expect(reports).toEqual([]);
  sdk.call({ messageId: "a", type: "track", event: "A" });
  await vi.advanceTimersByTimeAsync(60);
  expect(heard()).toEqual(["Viewed P Page called", "A called", "Viewed Q Page called"]);
});

it("TAP-2: early calls that no SDK takes are reported with the reason", async () => {
  const stub: unknown[] = [["track", "A", { plan: "free" }, { __t: "bpc" }]];
  made.listen(stub);
  await vi.advanceTimersByTimeAsync(12_000);
  expect(heard()).toEqual(["A called the SDK has not loaded"]);
  expect(reports[0]?.messages[0]).toMatchObject({ occurredAt: 1_000_000, properties: { plan: "free" }, messageId: expect.stringMatching(/^tap-/) as string });
  made.listen(new FakeSdk());
  stub.push(["identify", "u-1"]);
  await vi.advanceTimersByTimeAsync(12_000);
  expect(heard().at(-1)).toBe("identify called the SDK has not taken it");
});

it("TAP-9: a page that goes tells what it has left", async () => {
  const sdk = new FakeSdk();
  made.listen(sdk);
  await vi.advanceTimersByTimeAsync(100);
  for (const id of ["a", "b"]) {
    sdk.call({ messageId: id, type: "track", event: id });
    vi.advanceTimersByTime(5);
  }
  window.dispatchEvent(new Event("pagehide"));
  expect(heard()).toEqual(["a called", "b called"]);
});

it("TAP-9: without a listening tab, calls are kept rather than their outcomes", async () => {
  made.stop();
  made = tap();
  const sdk = new FakeSdk();
  const plugin = { name: "Segment.io", track: (context: object) => void context };
  sdk.queue.plugins.push(plugin);
  made.listen(sdk);
  await vi.advanceTimersByTimeAsync(100);
  for (let n = 0; n < 3_000; n++) {
    const context = sdk.call({ messageId: `m${n}`, type: "track", event: "A" });
    plugin.track(context);
  }
  made.speak(samePage((report) => reports.push(report), RULES));
  await vi.advanceTimersByTimeAsync(10_000);
  const last = reports.at(-1);
  expect(last?.skipped).toBeGreaterThan(2_000);
  expect((last?.missed ?? 0) + heard().length + (last?.skipped ?? 0)).toBe(6_000);
  expect(heard().filter((one) => one.endsWith("called")).length).toBeGreaterThan(1_400);
});

it("stopped, it hears and tells nothing more", async () => {
  const sdk = new FakeSdk();
  made.stop();
  made.listen(sdk);
  await vi.advanceTimersByTimeAsync(1_000);
  sdk.call({ messageId: "a", type: "track", event: "A" });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(reports).toEqual([]);
});

it("TAP-2: a replay of an early call that was reported is the same call, with its id and its time, however late", async () => {
  const stub: unknown[] = [];
  made.listen(stub);
  stub.push(["track", "A"], ["identify", "u-1"]);
  await vi.advanceTimersByTimeAsync(3_600_000);
  expect(heard()).toEqual(["A called the SDK has not loaded", "identify called the SDK has not loaded"]);
  const early = reports[0]?.messages ?? [];
  const sdk = new FakeSdk();
  const plugin = { name: "Segment.io", track: (context: object) => void context };
  sdk.queue.plugins.push(plugin);
  made.listen(sdk);
  await vi.advanceTimersByTimeAsync(100);
  sdk.emit("initialize");
  const context = sdk.call({ messageId: "a", type: "track", event: "A", timestamp: new Date() });
  plugin.track(context);
  vi.advanceTimersByTime(3_000);
  sdk.call({ messageId: "i", type: "identify", userId: "u-2" });
  vi.advanceTimersByTime(3_000);
  const later = reports.flatMap(({ messages }) => messages).slice(2);
  expect(later).toMatchObject([
    { messageId: "a", stage: "called", replaces: early[0]?.messageId, occurredAt: 1_000_000, calledAt: 1_000_000 },
    { messageId: "a", stage: "enriched", calledAt: 1_000_000 }, { messageId: "i", stage: "called" },
  ]);
  expect([later[1]?.replaces, later[2]?.replaces, later[2]?.calledAt]).toEqual([undefined, undefined, undefined]);
});

it("TAP-10: what a page calls on its way out is reported at once, and early calls with why they never left", () => {
  const sdk = new FakeSdk();
  const stub: unknown[] = [];
  made.listen(stub);
  stub.push(["track", "Early"]);
  window.dispatchEvent(new Event("pagehide"));
  stub.push(["track", "Later"]);
  expect(heard()).toEqual(["Early called the SDK has not loaded, and the page was left", "Later called the SDK has not loaded, and the page was left"]);
  made.listen(sdk);
  return vi.advanceTimersByTimeAsync(1).then(() => {
    sdk.call({ messageId: "u", type: "track", event: "Unload" });
    expect(heard().at(-1)).toBe("Unload called");
    window.dispatchEvent(new Event("pageshow"));
    sdk.call({ messageId: "b", type: "track", event: "Back" });
    expect(heard().at(-1)).toBe("Unload called");
    vi.advanceTimersByTime(100);
    expect(heard().at(-1)).toBe("Back called");
  });
});

it("TAP-1: an SDK that cannot be heard is named as such", async () => {
  const stub: unknown[] = [["track", "A"]];
  made.listen(stub);
  made.listen({ VERSION: "4.1.11", Integrations: {} });
  await vi.advanceTimersByTimeAsync(12_000);
  expect(heard()).toEqual(["A called this SDK cannot be heard"]);
  expect(reports.at(-1)?.sdks).toEqual([{ version: "4.1.11", key: "", heard: false }]);
});

it("TAP-2: of more early calls than are kept, those beyond are missed, and a replay of the kept ones is no other call", async () => {
  const stub: unknown[] = [];
  made.listen(stub);
  for (let n = 0; n < 620; n += 1) stub.push(["track", `E${n}`, { n }]);
  await vi.advanceTimersByTimeAsync(12_000);
  expect([heard().length, reports.at(-1)?.missed]).toEqual([500, 120]);
  for (let n = 0; n < 300; n += 1) stub.push(["track", `F${n}`]);
  await vi.advanceTimersByTimeAsync(12_000);
  expect([heard().length, reports.at(-1)?.missed]).toEqual([800, 120]);
  const sdk = new FakeSdk();
  made.listen(sdk);
  await vi.advanceTimersByTimeAsync(100);
  sdk.call({ messageId: "first", type: "track", event: "E0" });
  await vi.advanceTimersByTimeAsync(1_000);
  expect(reports.at(-1)?.messages).toMatchObject([{ messageId: "first", replaces: expect.stringMatching(/^tap-/) as string, calledAt: 1_000_000 }]);
});
