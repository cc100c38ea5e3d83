import { expect, it } from "vitest";
import type { Page } from "../src/sdkDiscovery.ts";
import { listenToStubs } from "../src/stubListener.ts";

let at = 0;
const now = (): number => (at += 10);

it("TAP-2: calls on a snippet's stub keep order and time, those before the tap the time of looking", () => {
  at = 0;
  const page: Page = { analytics: [["track", "Early"], ["ready", () => 1], "junk", null] };
  const stubs = listenToStubs(page, [], now);
  (page["analytics"] as unknown[]).push(["page", "P"], ["on", "x"], ["track", "Later"]);
  expect(stubs.size()).toBe(3);
  const calls = [{ type: "track", event: "Later" }, { type: "page", name: "P" }, { type: "track", event: "Early" }].map((event) => stubs.matchReplay(event)?.at ?? 0);
  expect([...calls].sort((a, b) => b - a)).toEqual(calls);
  expect(stubs.size()).toBe(0);
  expect(stubs.matchReplay({ type: "track", event: "Early" })).toBeUndefined();
});

it("TAP-2: calls of one millisecond keep their order", () => {
  const page: Page = {};
  const stubs = listenToStubs(page, ["metrics"], () => 5);
  page["metrics"] = [];
  for (const name of ["A", "B", "C"]) (page["metrics"] as unknown[]).push(["track", name]);
  const times = ["A", "B", "C"].map((event) => stubs.matchReplay({ type: "track", event })?.at ?? 0);
  expect([...times].sort((a, b) => a - b)).toEqual(times);
  expect(new Set(times).size).toBe(3);
});

it("TAP-2: names are read from arguments as the SDK reads them", () => {
  const page: Page = { analytics: [] };
  const stubs = listenToStubs(page, [], now);
  const push = (...call: unknown[]): void => void (page["analytics"] as unknown[]).push(call);
  push("track", { event: "Typed", properties: {} });
  push("page", "cat", "Two", {});
  push("page", null, "One");
  push("screen");
  push("identify", "u-1");
  expect(stubs.matchReplay({ type: "track", event: "Typed" })).toBeDefined();
  expect(stubs.matchReplay({ type: "page", name: "One" })).toBeDefined();
  expect(stubs.matchReplay({ type: "page", name: "Two" })).toBeDefined();
  expect(stubs.matchReplay({ type: "screen", name: null })).toBeDefined();
  expect(stubs.matchReplay({ type: "identify", userId: "u-1" })).toBeDefined();
});

it("TAP-2: the loader of the npm package is listened to, under a name or given", () => {
  const added: unknown[] = [];
  const loader = (): object => ({ _preInitBuffer: { add: (...calls: unknown[]) => added.push(...calls) } });
  const page: Page = { analytics: loader() };
  const stubs = listenToStubs(page, [], now);
  const given = loader() as { _preInitBuffer: { add(call: object): void } };
  stubs.listen(given);
  stubs.listen(given);
  for (const one of [page["analytics"] as typeof given, given]) one._preInitBuffer.add({ method: "track", args: ["A"] });
  expect([stubs.size(), added.length]).toEqual([2, 2]);
});

it("TAP-2: calls that no SDK takes are overdue until they are reported, and known afterwards while the SDK replays", () => {
  at = 0;
  const page: Page = { analytics: Array.from({ length: 600 }, (_, n) => ["track", `E${n}`]) };
  const stubs = listenToStubs(page, [], now);
  expect([stubs.size(), stubs.lost()]).toEqual([500, 100]);
  expect(stubs.overdue(5)).toEqual([]);
  expect(stubs.overdue(1e9)).toHaveLength(500);
  for (const call of stubs.overdue(1e9)) call.reportedAs = `tap-${String(call.name)}`;
  expect(stubs.overdue(1e9)).toEqual([]);
  expect(stubs.matchReplay({ type: "track", event: "E7" })).toBeUndefined();
  expect(stubs.matchReplay({ type: "track", event: "E7" }, true)?.reportedAs).toBe("tap-E7");
  expect(stubs.matchReplay({ type: "track", event: "E7" }, true)).toBeUndefined();
  (page["analytics"] as unknown[]).push(["track", "New"], ["track", "Newer"]);
  expect([stubs.size(), stubs.matchReplay({ type: "track", event: "Newer" })?.name, stubs.matchReplay({ type: "track", event: "E0" }, true)?.reportedAs]).toEqual([2, "Newer", "tap-E0"]);
  for (let n = 0; n < 5_000; n += 1) {
    (page["analytics"] as unknown[]).push(["track", `M${n}`]);
    for (const call of stubs.overdue(1e9)) call.reportedAs = "tap-M";
  }
  expect(stubs.matchReplay({ type: "track", event: "E1" }, true), "told calls have a bound, too").toBeUndefined();
  expect([stubs.matchReplay({ type: "track", event: "M4999" }, true)?.reportedAs, stubs.lost()]).toEqual(["tap-M", 100]);
});

it("TAP-2: what the buffer of an npm loader holds already is known, and a name that the page says later is looked at", () => {
  const page: Page = { analytics: { _preInitBuffer: { _callMap: { track: [{ method: "track", args: ["A"] }], on: [{ method: "on", args: ["x"] }] }, add: () => undefined } } };
  let noted = 0;
  const stubs = listenToStubs(page, [], now, () => { noted += 1; });
  expect([stubs.size(), noted]).toEqual([1, 1]);
  page["metrics"] = [["track", "B"]];
  page["document"] = { querySelector: () => ({ getAttribute: () => "metrics" }) };
  stubs.discover();
  stubs.discover();
  expect(stubs.size()).toBe(2);
});

it("TAP-7: a stub that throws, throws to the page alone", () => {
  const page: Page = { analytics: Object.assign([], { push: () => { throw new TypeError("the page's own"); } }) };
  listenToStubs(page, [], now);
  expect(() => (page["analytics"] as unknown[]).push(["track", "A"])).toThrow("the page's own");
});
