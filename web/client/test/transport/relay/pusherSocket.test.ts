import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Subscriptions } from "../../../src/transport/relay/envelopeTransport.ts";
import { type ProviderListener, type Subscribe, subscribe } from "../../../src/transport/relay/pusherSocket.ts";
import { SEAT } from "../../support/envelopes.ts";
import { startSoketi } from "../../support/soketi.ts";

describe("socket", () => {
  let server: Awaited<ReturnType<typeof startSoketi>>;

  beforeAll(async () => {
    server = await startSoketi();
  }, 30_000);
  afterAll(() => {
    server.stop();
  });

  const until = async (done: () => boolean): Promise<void> => {
    for (let turn = 0; turn < 400 && !done(); turn += 1) await new Promise((next) => setTimeout(next, 10));
    expect(done()).toBe(true);
  };

  function listener() {
    const heard: [string, unknown][] = [];
    const failed: string[] = [];
    const made: ProviderListener = { message: (name, value) => heard.push([name, value]), fail: (why) => failed.push(why) };
    return { heard, failed, made };
  }

  describe("a socket to a real provider, through pusher-js", () => {
    it("REL-10: brings frames as values and pieces as text, until it is closed", async () => {
      const { heard, made } = listener();
      const closing = new AbortController();
      await subscribe(server.place, "private-a", (socket) => Promise.resolve(server.sign(socket, "private-a")), made, closing.signal);
      await server.publish("private-a", "frame", '{"op":"beat"}');
      await server.publish("private-a", "piece", 'id 0 2 {"op":');
      await until(() => heard.length === 2);
      expect(heard).toEqual([["frame", { op: "beat" }], ["piece", 'id 0 2 {"op":']]);
      closing.abort();
      await server.publish("private-a", "frame", "{}");
      expect(heard).toHaveLength(2);
    });

    it("REL-9: a signature for another workspace's channel, or none, is refused", async () => {
      for (const sign of [(socket: string) => Promise.resolve(server.sign(socket, "private-b")), () => Promise.reject(new Error("forbidden"))]) {
        const { failed, made } = listener();
        const closing = new AbortController();
        await expect(subscribe(server.place, "private-a", sign, made, closing.signal)).rejects.toThrow("did not let this page subscribe");
        expect(failed).toHaveLength(1);
        closing.abort();
      }
    });

    it("FUN-4: says when its connection broke and stands again", async () => {
      const { made } = listener();
      const closing = new AbortController();
      const again = new Promise<void>((done) => { Object.assign(made, { reconnected: done }); });
      const cut = { ...server.place, port: await server.through(closing.signal) };
      await subscribe(cut, "private-a", (socket) => Promise.resolve(server.sign(socket, "private-a")), made, closing.signal);
      server.cut();
      await again;
      closing.abort();
    });

    it("REL-15: a provider that is not there fails within seconds", async () => {
      const { made } = listener();
      const closing = new AbortController();
      await expect(subscribe({ ...server.place, port: 9 }, "private-a", () => Promise.reject(new Error("never asked")), made, closing.signal)).rejects.toThrow("cannot be reached");
      closing.abort();
    }, 10_000);
  });
});

describe("lines", () => {
  function scene() {
    const open = new Map<string, { listener: ProviderListener; signal: AbortSignal }>();
    const heard: unknown[] = [];
    const signed: string[] = [];
    const subscribe: Subscribe = async (_place, channel, sign, listener, signal) => {
      await sign("1.2");
      open.set(channel, { listener, signal });
    };
    const sign = (channel: string, socket: string): Promise<{ auth: string }> => {
      signed.push(`${channel} ${socket}`);
      return channel === "bad" ? Promise.reject(new Error("forbidden")) : Promise.resolve({ auth: "a" });
    };
    const lines = new Subscriptions(subscribe, sign, { message: (name, value) => heard.push([name, value]), fail: (why) => heard.push(why), reconnected: () => heard.push("again") });
    return { lines, open, heard, signed };
  }

  it("FUN-4: about a turn both channels are heard, and the old one is left afterwards", async () => {
    const { lines, open, heard, signed } = scene();
    await lines.update({ ...SEAT, channels: ["c1", "c2"] });
    open.get("c1")?.listener.message("envelopes", 1);
    await lines.update({ ...SEAT, channels: ["c2"] });
    open.get("c1")?.listener.message("envelopes", 2);
    open.get("c1")?.listener.fail("gone");
    open.get("c2")?.listener.reconnected?.();
    expect(heard).toEqual([["envelopes", 1], "again"]);
    expect(signed).toEqual(["c1 1.2", "c2 1.2"]);
    expect([open.get("c1")?.signal.aborted, open.get("c2")?.signal.aborted]).toEqual([true, false]);
    lines.close();
    expect(open.get("c2")?.signal.aborted).toBe(true);
  });

  it("FUN-4: a channel that is not signed rejects", async () => {
    const { lines } = scene();
    await expect(lines.update({ ...SEAT, channels: ["bad"] })).rejects.toThrow("forbidden");
  });
});
