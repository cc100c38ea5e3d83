// @vitest-environment jsdom
import { afterEach, expect, it, vi } from "vitest";
import { opener, otherTab, overPort, parent, samePage } from "../src/channels.ts";
import { MAGIC } from "../src/protocol.ts";
import { RULES } from "./support.ts";

afterEach(() => { vi.unstubAllGlobals(); });
const hello = { dagnet: MAGIC, kind: "hello", page: "p", nonce: "n", url: "", sdks: [] } as const;
const report = { dagnet: MAGIC, kind: "report", page: "p", session: "s", from: 0, to: 1, messages: [], missed: 0, skipped: 0, sdks: [] } as const;

it("TAP-10: in the same page reports are taken and answered at once", () => {
  const stages: unknown[] = [];
  const received: unknown[] = [];
  const bus = samePage((one) => received.push(one), RULES)((message) => stages.push(message));
  bus.post(hello);
  bus.post(report);
  bus.close();
  expect(stages).toMatchObject([{ kind: "welcome", page: "p", nonce: "n", rules: RULES }, { kind: "ack", to: 1 }]);
  expect(received).toEqual([report]);
});

it("TAP-11: the opener is spoken to at the origins named and at no other, and heard from them alone", () => {
  const posted: unknown[] = [];
  const other = { closed: false, postMessage: (message: unknown, origin: string) => posted.push([message, origin]) };
  vi.stubGlobal("opener", other);
  const stages: unknown[] = [];
  const bus = opener(["https://realtime.test"])((message) => stages.push(message));
  bus.post(hello);
  expect(posted).toEqual([[hello, "https://realtime.test"]]);
  const say = (origin: string, source: unknown): void => {
    const event = new MessageEvent("message", { data: origin, origin });
    Object.defineProperty(event, "source", { value: source });
    window.dispatchEvent(event);
  };
  say("https://realtime.test", other);
  say("https://evil.test", other);
  say("https://realtime.test", window);
  say("https://realtime.test", null);
  bus.close();
  say("https://realtime.test", other);
  expect(stages).toEqual(["https://realtime.test"]);
  other.closed = true;
  bus.post(hello);
  expect(posted).toHaveLength(1);
});

it("TAP-10: another tab is reached by a channel, the extension by its port", () => {
  const channels: { name: string; posted: unknown[]; onmessage: (event: object) => void; close(): void }[] = [];
  vi.stubGlobal("BroadcastChannel", class {
    posted: unknown[] = [];
    constructor(readonly name: string) { channels.push(this as never); }
    postMessage(message: unknown): void { this.posted.push(message); }
    close(): void { this.posted.push("closed"); }
  });
  const stages: unknown[] = [];
  const bus = otherTab()((message) => stages.push(message));
  bus.post(hello);
  channels[0]?.onmessage({ data: "x" });
  bus.close();
  expect([channels[0]?.name, channels[0]?.posted, stages]).toEqual(["dagnet-realtime", [hello, "closed"], ["x"]]);
  const port = { posted: [] as unknown[], onmessage: null as ((event: object) => void) | null, postMessage: (message: unknown) => port.posted.push(message), close: () => port.posted.push("closed") };
  const over = overPort(port as unknown as MessagePort)((message) => stages.push(message));
  over.post(hello);
  port.onmessage?.({ data: "y" });
  over.close();
  expect([port.posted, stages.at(-1)]).toEqual([[hello, "closed"], "y"]);
});

it("TAP-11: the opener is held from the start, and a frame speaks to the one of its whole page", () => {
  const posted: unknown[] = [];
  const other = { closed: false, postMessage: (message: unknown, origin: string) => posted.push([message, origin]) };
  vi.stubGlobal("top", { opener: other });
  vi.stubGlobal("opener", null);
  const bus = opener(["https://realtime.test"])(() => undefined);
  vi.stubGlobal("top", { opener: null });
  bus.post(hello);
  expect(posted).toEqual([[hello, "https://realtime.test"]]);
});

it("TAP-36: from disk no channel is made: every file of the machine would hear it", () => {
  vi.stubGlobal("location", { protocol: "file:" });
  vi.stubGlobal("BroadcastChannel", function () { throw new Error("made"); });
  const bus = otherTab()(() => undefined);
  expect(() => { bus.post(hello); bus.close(); }).not.toThrow();
});

it("TAP-36: a frame hands its parent a port with the secret of its address, and says nothing to it without one", () => {
  const posted: unknown[][] = [];
  vi.stubGlobal("parent", { postMessage: (...all: unknown[]) => posted.push(all) });
  const channel = { port1: { postMessage: vi.fn(), close: vi.fn(), onmessage: null }, port2: {} };
  vi.stubGlobal("MessageChannel", class { port1 = channel.port1; port2 = channel.port2; });
  parent({ search: "?theme=dark" } as Location)(() => undefined).post(hello);
  expect(posted).toEqual([]);
  parent({ search: "?theme=dark&frame=s3cret" } as Location)(() => undefined).post(hello);
  expect(posted).toEqual([[{ dagnet: MAGIC, kind: "frame", secret: "s3cret" }, "*", [channel.port2]]]);
  expect(channel.port1.postMessage).toHaveBeenCalledWith(hello);
});
