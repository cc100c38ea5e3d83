import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { subscribe } from "@dagnet-realtime/client/transport/relay/pusherSocket";
import { startSoketi } from "../../client/test/support/soketi.ts";
import { InvalidEventPayload, pasted, RetryError, ValidationError } from "./segment.js";
import { bought, CANARY, KEY, plan, provider, sent, settings, uuid } from "./support.ts";

const file = pasted();
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("the handlers", () => {
  it("FUN-1: one for each type of event, and one for a batch of any types", async () => {
    const { got, settings: asked, stop } = await provider();
    const all = asked({ carries: "all" });
    const { onTrack, onPage, onScreen, onIdentify, onGroup, onAlias, onDelete } = file;
    const events = { track: onTrack, page: onPage, screen: onScreen, identify: onIdentify, group: onGroup, alias: onAlias };
    for (const [type, handle] of Object.entries(events)) await handle(bought({ type, messageId: type }), all);
    await onDelete({ type: "delete", userId: "u1", messageId: "d" }, all);
    expect(await file.onBatch(Object.keys(events).map((type) => bought({ type })), all)).toHaveLength(6);
    expect(sent(got).map(({ type }) => type)).toEqual([...Object.keys(events), undefined, ...Object.keys(events)]);
    stop();
  });

  it("FUN-9: many events go in few messages of at most 10 kB, in one request", async () => {
    const { got, settings: asked, stop } = await provider();
    const told = await file.onBatch(Array.from({ length: 100 }, (_, place) => bought({ messageId: uuid(place) })), asked());
    expect(told.every(({ status }) => status === 200)).toBe(true);
    expect(got).toHaveLength(1);
    expect(got[0]?.batch.length).toBeLessThanOrEqual(4);
    expect(got[0]?.bytes).toBeLessThanOrEqual(10_000);
    expect(sent(got).map(({ id }) => id)).toEqual(Array.from({ length: 100 }, (_, place) => uuid(place)));
    expect(sent(got).map(({ place }) => place), "TRC-9: their order is known, whatever the provider makes of it").toEqual([undefined, ...Array.from({ length: 99 }, (_, place) => place + 1)]);
    stop();
  });

  it("SEG-14: equal events without an id in one batch are several, the same at every try", async () => {
    const { got, settings: asked, stop } = await provider();
    const equal = { ...bought(), messageId: undefined };
    const batch = [equal, equal, bought({ messageId: uuid(2) }), equal, { ...equal, event: "Viewed Home Page", type: "page", name: "Home" }];
    for (let time = 0; time < 2; time++) await file.onBatch(batch, asked({ carries: "all" }));
    const ids = sent(got).map(({ id }) => id);
    expect(new Set(ids.slice(0, 5)).size).toBe(5);
    expect(ids.slice(5)).toEqual(ids.slice(0, 5));
    stop();
  });

  it("FUN-6: an event that no viewer would see costs no message", async () => {
    const { got, settings: asked, stop } = await provider();
    await file.onTrack(bought({ event: "Other" }), asked());
    expect(plain(await file.onBatch([bought({ event: "Other" })], asked()))).toEqual([{ status: 200 }]);
    expect(got).toHaveLength(0);
    stop();
  });

  it("FUN-9: of a batch only what may help is tried again, each event by itself", async () => {
    const { settings: asked, stop, where } = await provider((number) => (number === 2 ? [503, ""] : [200, "{}"]));
    const told = await file.onBatch([null, ...Array.from({ length: 20 }, (_, place) => bought({ messageId: uuid(place) }))], asked({ provider: { ...where, limit: 420, batch: 10 } }));
    const statuses = told.map(({ status }) => status);
    expect(statuses[0]).toBe(400);
    expect(statuses.filter((status) => status === 503)).toHaveLength(10);
    expect(statuses.filter((status) => status === 200)).toHaveLength(10);
    stop();
  });

  it("FUN-9: RetryError if another try may help, and only there", async () => {
    for (const [status, kind] of [[500, RetryError], [429, RetryError], [401, ValidationError], [403, ValidationError], [413, ValidationError]] as const) {
      const { settings: asked, stop } = await provider(() => [status, CANARY]);
      const failed = file.onTrack(bought(), asked());
      await expect(failed).rejects.toThrow(kind);
      await expect(failed).rejects.not.toThrow(/leak|a-secret/);
      stop();
    }
    await expect(file.onTrack(bought(), settings())).rejects.toThrow(RetryError);
    await expect(file.onTrack({ type: "nonsense" }, settings())).rejects.toThrow(InvalidEventPayload);
    await expect(file.onTrack(bought(), {})).rejects.toThrow(ValidationError);
  });

  it("FUN-9: an event that is too long loses what no filter reads; one whose filters read too much is reported, not sent", async () => {
    const { got, settings: asked, stop } = await provider();
    const long = Object.fromEntries(Array.from({ length: 90 }, (_, place) => [`colour${place}`, "é".repeat(200)]));
    await file.onTrack(bought({ properties: { plan: "pro", ...long } }), asked({ properties: ["colour*"] }));
    expect(sent(got)[0]?.["properties"]).toEqual({ plan: "pro" });
    await expect(file.onTrack(bought({ properties: long }), asked({ needed: Object.keys(long) }))).rejects.toThrow(/filters read/);
    expect(got).toHaveLength(1);
    stop();
  });

  it("FUN-9: hostile events neither break a batch nor grow it", async () => {
    const { got, settings: asked, stop } = await provider();
    let deep: unknown = "x";
    for (let level = 0; level < 2_000; level++) deep = { deep };
    const strange = [
      bought({ properties: deep }), bought({ properties: JSON.parse('{"__proto__":{"plan":"pro"},"constructor":1}') as object }), bought({ event: "\ud800", messageId: "\ud800" }), bought({ userId: {}, anonymousId: [] }),
      bought({ properties: { plan: "x".repeat(1_000_000) } }), bought({ properties: Array(10_000).fill(0) }), bought({ context: 7, integrations: "x", traits: null }), bought({ timestamp: 1e308, receivedAt: "9999999999999999999" }),
      bought({ properties: Object.fromEntries(Array.from({ length: 5_000 }, (_, place) => [`p${place}`, place])) }), 0, false, "", [[]], { type: {} },
    ];
    const told = await file.onBatch(strange, asked({ carries: "all", properties: ["*"] }));
    expect(told.map(({ status }) => status)).toEqual([...Array<number>(9).fill(200), ...Array<number>(5).fill(400)]);
    expect(Math.max(...got.map(({ bytes }) => bytes))).toBeLessThanOrEqual(10_000);
    stop();
  });
});

describe("through a real provider", () => {
  let server: Awaited<ReturnType<typeof startSoketi>>;
  beforeAll(async () => { server = await startSoketi(); }, 30_000);
  afterAll(() => { server.stop(); });

  it("FUN-1, FUN-4: what is published reaches who subscribed by the official client, and wrong secrets are refused", async () => {
    const { place } = server;
    const where = { app: "4711", key: place.key, api: `http://${place.host}:${place.port}`, limit: 10_000, batch: 10 };
    const asked = { plan: JSON.stringify(plan({ provider: where, turn: 86_400_000 })), tokenKey: KEY, providerSecret: "a-secret" };
    const channel = file.channelAt({ workspace: "acme", env: "prod", key: KEY, turn: 86_400_000 }, Date.now());
    const closing = new AbortController();
    const heard = new Promise<unknown>((done) => {
      void subscribe(place, channel, (socket) => Promise.resolve(server.sign(socket, channel)), { message: (name, value) => { done([name, value]); }, fail: () => undefined }, closing.signal).then(() => file.onBatch([bought(), bought({ messageId: uuid(2) })], asked));
    });
    expect(await heard).toMatchObject(["envelopes", { plan: "v1", events: [{ id: uuid(1), event: "Bought" }, { id: uuid(2) }] }]);
    closing.abort();
    await expect(file.onTrack(bought(), { ...asked, providerSecret: "another" })).rejects.toThrow(ValidationError);
  });
});
