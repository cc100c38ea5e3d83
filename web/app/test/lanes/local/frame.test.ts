// @vitest-environment jsdom
import { MAGIC } from "@dagnet-realtime/tap/protocol";
import { expect, it } from "vitest";
import { ShopFrameRoad } from "../../../src/lanes/local/frame.ts";
import type { Heard } from "../../../src/lanes/local/road.ts";

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

it("TAP-38: a port is taken of a frame of this page that knows its secret, and of nobody else", () => {
  const road = new ShopFrameRoad(window, SECRET);
  expect(road.query).toBe(`frame=${SECRET}`);
  const heard: Heard[] = [];
  const stop = road.listen((one) => heard.push(one));
  const frame = { parent: window };
  const hello = { dagnet: MAGIC, kind: "frame", secret: SECRET };
  const strange = fakePort();
  for (const [data, source] of [[{ ...hello, secret: "x" }, frame], [{ ...hello, secret: undefined }, frame], [{ kind: "frame", secret: SECRET }, frame], [hello, { parent: {} }], [hello, null], [{ ...hello, kind: "hello" }, frame]] as const) hand(data, source, [strange]);
  hand(hello, frame, []);
  road.call(call);
  expect([strange.posted, strange.onmessage]).toEqual([[], null]);
  const port = fakePort();
  hand(hello, frame, [port]);
  port.onmessage?.({ data: "x" });
  heard[0]?.answer?.(call);
  road.call(call);
  expect([heard.map(({ message, road: by }) => [message, by]), port.posted]).toEqual([[["x", "tab"]], [call, call]]);
  const again = fakePort();
  hand(hello, frame, [again]);
  expect(port.closed).toBe(true);
  stop();
  again.onmessage?.({ data: "y" });
  expect(heard).toHaveLength(1);
});

it("TAP-38: a frame that is there before anybody listens is heard from then on", () => {
  const road = new ShopFrameRoad(window, SECRET);
  const port = fakePort();
  hand({ dagnet: MAGIC, kind: "frame", secret: SECRET }, { parent: window }, [port]);
  expect(port.onmessage).toBeNull();
  const heard: Heard[] = [];
  road.listen((one) => heard.push(one));
  port.onmessage?.({ data: "x" });
  expect(heard).toHaveLength(1);
});
