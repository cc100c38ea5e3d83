import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { subscribe, type ProviderEar } from "../../../src/lanes/provider/socket.ts";
import { startSoketi } from "../../support/soketi.ts";

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

function ear() {
  const heard: [string, unknown][] = [];
  const failed: string[] = [];
  const made: ProviderEar = { message: (name, value) => heard.push([name, value]), fail: (why) => failed.push(why) };
  return { heard, failed, made };
}

describe("a socket to a real provider, through pusher-js", () => {
  it("REL-10: brings frames as values and pieces as text, until it is closed", async () => {
    const { heard, made } = ear();
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
      const { failed, made } = ear();
      const closing = new AbortController();
      await expect(subscribe(server.place, "private-a", sign, made, closing.signal)).rejects.toThrow("did not let this page subscribe");
      expect(failed).toHaveLength(1);
      closing.abort();
    }
  });

  it("FUN-17: says when its connection broke and stands again", async () => {
    const { made } = ear();
    const closing = new AbortController();
    const again = new Promise<void>((done) => { Object.assign(made, { again: done }); });
    const cut = { ...server.place, port: await server.through(closing.signal) };
    await subscribe(cut, "private-a", (socket) => Promise.resolve(server.sign(socket, "private-a")), made, closing.signal);
    server.cut();
    await again;
    closing.abort();
  });

  it("REL-15: a provider that is not there fails within seconds", async () => {
    const { made } = ear();
    const closing = new AbortController();
    await expect(subscribe({ ...server.place, port: 9 }, "private-a", () => Promise.reject(new Error("never asked")), made, closing.signal)).rejects.toThrow("cannot be reached");
    closing.abort();
  }, 10_000);
});
