// @vitest-environment jsdom

import { MAGIC } from "@dagnet-realtime/tap/protocol";
import { afterEach, describe, expect, it, vi } from "vitest";
import { EXTENSION, extensionChannel, type Incoming, pageChannels, ShopFrameChannel, tabChannel, windowChannel } from "../../../src/transport/tap/channels.ts";

describe("roads", () => {
  afterEach(() => { vi.unstubAllGlobals(); });
  const call = { dagnet: MAGIC, kind: "call" } as const;

  function say(data: unknown, source: unknown, origin: string): void {
    const event = new MessageEvent("message", { data, origin });
    Object.defineProperty(event, "source", { value: source });
    window.dispatchEvent(event);
  }

  it("TAP-11: an opened page is answered at the origin that its message came from, and no other message is looked at", () => {
    const heard: Incoming[] = [];
    const posted: unknown[] = [];
    const page = { postMessage: (message: unknown, how: unknown) => posted.push([message, how]) };
    const road = windowChannel(window);
    const stop = road.listen((one) => heard.push(one));
    say({ dagnet: MAGIC }, page, "https://a.test");
    for (const [data, source, origin] of [[{ dagnet: MAGIC }, window, "https://a.test"], [{ other: 1 }, page, "https://a.test"]] as const) say(data, source, origin);
    expect(heard.map(({ origin, channel: by }) => [origin, by])).toEqual([["https://a.test", "opened"]]);
    road.send(call);
    expect(posted).toEqual([]);
    heard[0]?.answer?.(call);
    road.send(call);
    expect(posted).toEqual([[call, { targetOrigin: "https://a.test" }], [call, { targetOrigin: "https://a.test" }]]);
    stop();
    say({ dagnet: MAGIC }, page, "https://a.test");
    expect(heard).toHaveLength(1);
  });

  it("TAP-10: what a page says as it leaves comes without its window, and is not answered; neither is what has no origin", () => {
    const heard: Incoming[] = [];
    const road = windowChannel(window);
    const stop = road.listen((one) => heard.push(one));
    const frame = { postMessage: () => { throw new Error("answered"); } };
    say({ dagnet: MAGIC }, null, "https://a.test");
    say({ dagnet: MAGIC }, frame, "null");
    expect(heard.map(({ origin, answer }) => [origin, answer])).toEqual([["https://a.test", null], ["null", null]]);
    road.send(call);
    stop();
  });

  it("TAP-9: windows that were closed make room for others", () => {
    const road = windowChannel(window);
    const stop = road.listen(({ answer }) => answer?.(call));
    const called: number[] = [];
    const opened = Array.from({ length: 60 }, (_, n) => ({ closed: n < 10, postMessage: () => called.push(n) }));
    for (const one of opened) say({ dagnet: MAGIC }, one, "https://a.test");
    called.length = 0;
    road.send(call);
    expect(called).toEqual(Array.from({ length: 50 }, (_, n) => n + 10));
    stop();
  });

  it("TAP-11: a window that is gone is forgotten", () => {
    const road = windowChannel(window);
    const heard: Incoming[] = [];
    const stop = road.listen((one) => heard.push(one));
    say({ dagnet: MAGIC }, { postMessage: () => { throw new Error("gone"); } }, "https://a.test");
    expect(() => { heard[0]?.answer?.(call); }).not.toThrow();
    stop();
  });

  it("TAP-14: what the extension hands over names the origin in Chromium's word; only this page's own messages are believed", () => {
    const heard: Incoming[] = [];
    const post = vi.spyOn(window, "postMessage").mockImplementation(() => undefined);
    const road = extensionChannel(window);
    const stop = road.listen((one) => heard.push(one));
    const wrapped = { extension: EXTENSION, to: "picture", origin: "https://site.test", message: { x: 1 } };
    say(wrapped, window, window.location.origin);
    for (const [data, source, origin] of [[wrapped, {}, window.location.origin], [wrapped, window, "https://evil.test"], [{ ...wrapped, to: "page" }, window, window.location.origin], [null, window, window.location.origin]] as const) say(data, source, origin);
    expect(heard).toMatchObject([{ message: { x: 1 }, origin: "https://site.test", channel: "extension" }]);
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
    const heard: Incoming[] = [];
    const road = tabChannel();
    const stop = road.listen((one) => heard.push(one));
    for (const listener of made[0]?.listeners ?? []) listener({ data: "x" });
    heard[0]?.answer?.(call);
    road.send(call);
    stop();
    expect([heard[0]?.origin, heard[0]?.channel, made[0]?.posted, made[0]?.listeners.size]).toEqual([window.location.origin, "tab", [call, call], 0]);
  });

  it("TAP-36: a page from disk makes no channel, and has the frame of the shop as its only road", () => {
    const made: string[] = [];
    vi.stubGlobal("BroadcastChannel", function (name: string) { made.push(name); });
    const disk = pageChannels(window, true, () => "s3cret");
    expect([made, disk.roads, disk.frame?.query]).toEqual([[], [disk.frame], "frame=s3cret"]);
    const web = pageChannels(window, false, () => "s3cret");
    expect([made, web.roads.length, web.frame]).toEqual([["dagnet-realtime"], 3, null]);
  });
});

describe("frame", () => {
  const SECRET = "00112233445566778899aabbccddeeff";
  const call = { dagnet: MAGIC, kind: "call" } as const;

  function fakePort() {
    return { posted: [] as unknown[], closed: false, onmessage: null as ((event: object) => void) | null, postMessage(message: unknown) { this.posted.push(message); }, close() { this.closed = true; } };
  }

  function hand(data: unknown, source: unknown, ports: readonly unknown[]): void {
    const event = new MessageEvent("message", { data });
    Object.defineProperty(event, "source", { value: source });
    Object.defineProperty(event, "ports", { value: ports });
    window.dispatchEvent(event);
  }

  it("TAP-36: a port is taken only of a frame of this page that knows its secret", () => {
    const road = new ShopFrameChannel(window, SECRET);
    expect(road.query).toBe(`frame=${SECRET}`);
    const heard: Incoming[] = [];
    const stop = road.listen((one) => heard.push(one));
    const frame = { parent: window };
    const hello = { dagnet: MAGIC, kind: "frame", secret: SECRET };
    const strange = fakePort();
    for (const [data, source] of [[{ ...hello, secret: "x" }, frame], [{ ...hello, secret: undefined }, frame], [{ kind: "frame", secret: SECRET }, frame], [hello, { parent: {} }], [hello, null], [{ ...hello, kind: "hello" }, frame]] as const) hand(data, source, [strange]);
    hand(hello, frame, []);
    road.send(call);
    expect([strange.posted, strange.onmessage]).toEqual([[], null]);
    const port = fakePort();
    hand(hello, frame, [port]);
    port.onmessage?.({ data: "x" });
    heard[0]?.answer?.(call);
    road.send(call);
    expect([heard.map(({ message, channel: by }) => [message, by]), port.posted]).toEqual([[["x", "tab"]], [call, call]]);
    const again = fakePort();
    hand(hello, frame, [again]);
    expect(port.closed).toBe(true);
    stop();
    again.onmessage?.({ data: "y" });
    expect(heard).toHaveLength(1);
  });

  it("TAP-36: a frame that is there before anybody listens is heard from then on", () => {
    const road = new ShopFrameChannel(window, SECRET);
    const port = fakePort();
    hand({ dagnet: MAGIC, kind: "frame", secret: SECRET }, { parent: window }, [port]);
    expect(port.onmessage).toBeNull();
    const heard: Incoming[] = [];
    road.listen((one) => heard.push(one));
    port.onmessage?.({ data: "x" });
    expect(heard).toHaveLength(1);
  });
});
