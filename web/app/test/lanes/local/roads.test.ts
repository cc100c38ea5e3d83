// @vitest-environment jsdom
import { MAGIC } from "@dagnet-realtime/tap/protocol";
import { afterEach, expect, it, vi } from "vitest";
import type { Heard } from "../../../src/lanes/local/road.ts";
import { EXTENSION, extension, roadsOf, tabs, windows } from "../../../src/lanes/local/roads.ts";

afterEach(() => { vi.unstubAllGlobals(); });
const call = { dagnet: MAGIC, kind: "call" } as const;

function say(data: unknown, source: unknown, origin: string): void {
  const event = new MessageEvent("message", { data, origin });
  Object.defineProperty(event, "source", { value: source });
  window.dispatchEvent(event);
}

it("TAP-11: an opened page is answered at the origin that its message came from, and no other message is looked at", () => {
  const heard: Heard[] = [];
  const posted: unknown[] = [];
  const page = { postMessage: (message: unknown, how: unknown) => posted.push([message, how]) };
  const road = windows(window);
  const stop = road.listen((one) => heard.push(one));
  say({ dagnet: MAGIC }, page, "https://a.test");
  for (const [data, source, origin] of [[{ dagnet: MAGIC }, window, "https://a.test"], [{ other: 1 }, page, "https://a.test"]] as const) say(data, source, origin);
  expect(heard.map(({ origin, road: by }) => [origin, by])).toEqual([["https://a.test", "opened"]]);
  road.call(call);
  expect(posted).toEqual([]);
  heard[0]?.answer?.(call);
  road.call(call);
  expect(posted).toEqual([[call, { targetOrigin: "https://a.test" }], [call, { targetOrigin: "https://a.test" }]]);
  stop();
  say({ dagnet: MAGIC }, page, "https://a.test");
  expect(heard).toHaveLength(1);
});

it("TAP-10: what a page says as it leaves comes without its window, and is not answered; neither is what has no origin", () => {
  const heard: Heard[] = [];
  const road = windows(window);
  const stop = road.listen((one) => heard.push(one));
  const frame = { postMessage: () => { throw new Error("answered"); } };
  say({ dagnet: MAGIC }, null, "https://a.test");
  say({ dagnet: MAGIC }, frame, "null");
  expect(heard.map(({ origin, answer }) => [origin, answer])).toEqual([["https://a.test", null], ["null", null]]);
  road.call(call);
  stop();
});

it("TAP-12: windows that were closed make room for others", () => {
  const road = windows(window);
  const stop = road.listen(({ answer }) => answer?.(call));
  const called: number[] = [];
  const opened = Array.from({ length: 60 }, (_, n) => ({ closed: n < 10, postMessage: () => called.push(n) }));
  for (const one of opened) say({ dagnet: MAGIC }, one, "https://a.test");
  called.length = 0;
  road.call(call);
  expect(called).toEqual(Array.from({ length: 50 }, (_, n) => n + 10));
  stop();
});

it("TAP-11: a window that is gone is forgotten", () => {
  const road = windows(window);
  const heard: Heard[] = [];
  const stop = road.listen((one) => heard.push(one));
  say({ dagnet: MAGIC }, { postMessage: () => { throw new Error("gone"); } }, "https://a.test");
  expect(() => { heard[0]?.answer?.(call); }).not.toThrow();
  stop();
});

it("TAP-14: what the extension hands over names the origin in Chromium's word; only this page's own messages are believed", () => {
  const heard: Heard[] = [];
  const post = vi.spyOn(window, "postMessage").mockImplementation(() => undefined);
  const road = extension(window);
  const stop = road.listen((one) => heard.push(one));
  const wrapped = { extension: EXTENSION, to: "picture", origin: "https://site.test", message: { x: 1 } };
  say(wrapped, window, window.location.origin);
  for (const [data, source, origin] of [[wrapped, {}, window.location.origin], [wrapped, window, "https://evil.test"], [{ ...wrapped, to: "page" }, window, window.location.origin], [null, window, window.location.origin]] as const) say(data, source, origin);
  expect(heard).toMatchObject([{ message: { x: 1 }, origin: "https://site.test", road: "extension" }]);
  heard[0]?.answer?.(call);
  expect(post).toHaveBeenCalledWith({ extension: EXTENSION, to: "page", message: call }, window.location.origin);
  stop();
});

it("TAP-10: tabs of one origin share a channel", () => {
  const made: { posted: unknown[]; listeners: Set<(event: object) => void> }[] = [];
  vi.stubGlobal("BroadcastChannel", class {
    posted: unknown[] = [];
    listeners = new Set<(event: object) => void>();
    constructor() { made.push(this); }
    addEventListener(_: string, listener: (event: object) => void): void { this.listeners.add(listener); }
    removeEventListener(_: string, listener: (event: object) => void): void { this.listeners.delete(listener); }
    postMessage(message: unknown): void { this.posted.push(message); }
  });
  const heard: Heard[] = [];
  const road = tabs();
  const stop = road.listen((one) => heard.push(one));
  for (const listener of made[0]?.listeners ?? []) listener({ data: "x" });
  heard[0]?.answer?.(call);
  road.call(call);
  stop();
  expect([heard[0]?.origin, heard[0]?.road, made[0]?.posted, made[0]?.listeners.size]).toEqual([window.location.origin, "tab", [call, call], 0]);
});

it("TAP-38: a page from disk makes no channel, and has the frame of the shop as its only road", () => {
  const made: string[] = [];
  vi.stubGlobal("BroadcastChannel", function (name: string) { made.push(name); });
  const disk = roadsOf(window, true, () => "s3cret");
  expect([made, disk.roads, disk.frame?.query]).toEqual([[], [disk.frame], "frame=s3cret"]);
  const web = roadsOf(window, false, () => "s3cret");
  expect([made, web.roads.length, web.frame]).toEqual([["dagnet-realtime"], 3, null]);
});
