/**
 * What an open page of an earlier version asks, keeps and hears: today's asks and keeps the same,
 * and reads what an earlier server sent.
 */
import { isProblem, parseFrame, snapshot } from "@dagnet-realtime/engine";
import { loadGraph } from "@dagnet-realtime/client/api";
import { type FrameListener, pollOnce, readStream } from "@dagnet-realtime/client/transport/carriers";
import type { Frame } from "@dagnet-realtime/engine/wire.gen";
import { afterEach, expect, it, vi } from "vitest";
import { after, GRAPH, on, T0 } from "../../engine/test/support.ts";
import { memoryStorage } from "./support/chest.ts";
import { scene } from "./support/page.ts";
import { fixture, json, parsed, recorded } from "./support/recorded.ts";
import { Api, openWorkspaceStore, extensionChannel, BrowserStorage, TapController, lockSlots, pictureScript, withPageSecret, RemoteTransport, shopRecall, shopRemember } from "./support/surface.ts";
import { beat, FakeStream, FakeEnvironment, settle } from "../../client/test/support/environment.ts";

afterEach(() => { vi.unstubAllGlobals(); vi.resetModules(); });

const PLACE = { workspace: "shop", env: "test", graph: "uk-checkout-journey" };

it("OPS-21: a page asks for what it did, in the same words; else it is lost with a server of another version", async () => {
  const asked: unknown[] = [];
  const fetcher = withPageSecret((url, init) => {
    asked.push({ method: init?.method ?? "GET", url, headers: Object.fromEntries(new Headers(init?.headers)), body: typeof init?.body === "string" ? parsed(init.body) : null });
    return Promise.resolve(new Response("{}"));
  }, () => "THE-PAGE");
  const api = new Api(fetcher), { signal } = new AbortController();
  await api.me();
  await api.workspaces();
  await api.graph(PLACE);
  await api.openSession(PLACE);
  await api.stream("SESSION", "POSITION", signal);
  await api.testEvent(PLACE, null);
  await api.testEvent(PLACE, "NODE");
  await api.poll("SESSION", "POSITION", 0, signal);
  await api.readRange("SESSION", "POSITION", "POSITION", signal);
  await api.filter("SESSION", "type:track");
  await api.findPerson("SESSION", "userId", "u1");
  await api.follows("SESSION", ["a_9107guueuuhl", "me_2e20gdj5q9il"]);
  await api.relaySubscription("SESSION");
  await api.signSubscription("SESSION", "CHANNEL", "1.2");
  await api.functionSubscription(PLACE, signal);
  await api.signFunctionSubscription(PLACE, "CHANNEL", "1.2");
  await api.visitors();
  await api.simulate(PLACE, 5);
  await api.stopVisitors();
  await api.closeSession("SESSION");
  await api.signOut();
  expect(asked).toEqual(parsed(recorded("page_requests.json", () => json(asked))));
});

/** Without every field that has a default. */
const least = (frame: Frame): unknown => {
  const required: Record<Frame["op"], readonly string[]> = {
    hello: ["watch_session_id", "position", "graph_version", "started_at", "sampling"], batch: ["from", "position"], gap: ["from", "to"],
    change: ["graph_version", "policy_version", "sampling"], forget: ["tokens"], beat: ["now", "position"], company: [], bye: [],
  };
  const kept = Object.fromEntries(Object.entries(frame).filter(([name]) => name === "op" || required[frame.op].includes(name)));
  if (frame.op === "hello" || frame.op === "change") return { ...kept, posture: {} };
  if (frame.op !== "batch") return kept;
  return { ...kept, counts: frame.counts, events: frame.events.map(({ id, type, name, occurred_at, arrived_at, source }) => ({ id, type, name, occurred_at, arrived_at, source })) };
};

const lines = (name: string): string[] => fixture(name).trim().split("\n");

it("OPS-21: a server that sends fewer fields is understood as it was; else a page that was reloaded first is dark", () => {
  const all = lines("frames.ndjson").map((line) => parsed(line) as Frame);
  const few = recorded("frames_least.ndjson", () => all.map((one) => `${JSON.stringify(least(one))}\n`).join("")).trim().split("\n").map(parseFrame);
  expect(few.filter(isProblem)).toEqual([]);
  expect(few).toEqual(parsed(recorded("frames_least_seen.json", () => json(few))));
});

it("OPS-21: a stream and a poll of a server that sends fewer fields reach the engine whole", async () => {
  const sent = lines("frames_least.ndjson"), expected = parsed(fixture("frames_least_seen.json")) as Frame[];
  const until = expected.slice(0, expected.findIndex(({ op }) => op === "bye") + 1);
  const { signal } = new AbortController();
  const read = async (answer: string, by: (api: Api, listener: FrameListener) => Promise<unknown>): Promise<Frame[]> => {
    const heard: Frame[] = [];
    await by(new Api(() => Promise.resolve(new Response(answer))), { frame: (frame) => heard.push(frame), idle: () => undefined });
    return heard;
  };
  expect(await read(sent.map((line) => `data: ${line}\n\n`).join(""), (api, listener) => readStream(api, "s", "p", listener, signal))).toEqual(until);
  expect(await read(`{"frames":[${sent.join(",")}],"position":"p"}`, (api, listener) => pollOnce(api, "s", "p", 0, listener, signal))).toEqual(until);
});

it("OPS-21: a graph of a server that sends fewer fields is shown with their defaults", async () => {
  const { name, version } = GRAPH;
  const api = new Api(() => Promise.resolve(new Response(JSON.stringify({ name, version, nodes: [{ uuid: "a" }], later: 1 }))));
  expect(await loadGraph(api, PLACE)).toMatchObject({ name, title: "", edges: [], nodes: [{ uuid: "a", label: "", type: "normal", x: null }] });
  const odd = new Api(() => Promise.resolve(new Response(JSON.stringify({ name, version: 7 }))));
  await expect(loadGraph(odd, PLACE)).rejects.toMatchObject({ code: "invalid", title: "The graph cannot be read: graph.version is not text." });
});

/** With an unknown field in every object whose fields have names. */
function strange(value: unknown, free = false): unknown {
  if (Array.isArray(value)) return value.map((one) => strange(one));
  if (typeof value !== "object" || value === null) return value;
  const maps = ["counts", "unmapped", "properties", "revealed", "refused"];
  const inside = Object.entries(value).map(([name, one]) => [name, strange(one, maps.includes(name) || (name === "ledger" && !("offered" in Object(one))))]);
  return { ...Object.fromEntries(inside), ...(free ? {} : { unheard_of: { deep: [1] } }) };
}

/** What frames make of the engine, as a tab keeps it over a reload. */
const made = (frames: readonly Frame[]): unknown => {
  const text = snapshot(after([on("remote", { graph: GRAPH }), ...frames.map((frame) => ({ kind: "frame" as const, at: T0, frame }))]), 1_000_000);
  return JSON.parse(text.slice(text.indexOf("\n")), (name, value: unknown) => (name === "unheard_of" || name === "revision" ? undefined : value));
};

it("OPS-21: what a newer server adds is ignored, in every object of every frame; else a page that is open at an upgrade is dark", () => {
  const plain = lines("frames.ndjson").map(parseFrame).filter((one): one is Frame => !isProblem(one));
  const odd = lines("frames.ndjson").map((line) => parseFrame(JSON.stringify(strange(parsed(line))))).filter((one): one is Frame => !isProblem(one));
  expect(odd).toHaveLength(plain.length);
  expect(JSON.stringify(odd)).toContain("unheard_of");
  expect(made(odd)).toEqual(made(plain));
  expect(made(odd)).not.toEqual(made([]));
});

it("OPS-21: a frame of an unknown kind changes nothing and ends nothing", async () => {
  const plain = lines("frames.ndjson").map((line) => parsed(line) as Frame);
  const novel = { op: "unheard_of" } as unknown as Frame;
  expect(made([novel, ...plain, novel])).toEqual(made(plain));
  const streams: FakeStream[] = [], ended: string[] = [];
  const api = new Api((_, init) => {
    const next = new FakeStream(init?.signal);
    streams.push(next);
    return Promise.resolve(next.response);
  });
  const lane = new RemoteTransport(api, "s", "p0", { acquire: () => Promise.resolve({ release: () => undefined }) }, new FakeEnvironment());
  lane.start({ frame: () => undefined, state: () => undefined, ended: (why) => ended.push(why) });
  await settle();
  await streams[0]!.send(novel);
  await streams[0]!.send(beat("p1"));
  expect([ended, lane.state.connection]).toEqual([[], "live"]);
  lane.stop();
});

it("OPS-21: what servers did not always send may be missing in a stream, which is read as it comes", () => {
  const young = ["protocol", "offset", "revealed", "placeholder", "shared_id"];
  const older = lines("frames.ndjson").map((line) => JSON.parse(line, (name, value: unknown) => (young.includes(name) ? undefined : value)) as Frame);
  const checked = older.map((one) => parseFrame(JSON.stringify(one))).filter((one): one is Frame => !isProblem(one));
  expect(checked).toHaveLength(older.length);
  expect(made(older)).toEqual(made(checked));
});

interface Kept { readonly local: Record<string, string>; readonly session: Record<string, string>; readonly database: unknown; readonly locks: readonly string[] }

/** A database whose calls are written down. */
function written(calls: unknown[]): IDBFactory {
  const soon = (result: unknown, then?: () => void): unknown => {
    const request = { result, onsuccess: null as (() => void) | null, onupgradeneeded: null as (() => void) | null };
    queueMicrotask(() => { request.onupgradeneeded?.(); request.onsuccess?.(); then?.(); });
    return request;
  };
  const base = {
    createObjectStore: (name: string) => calls.push(["store", name]), close: () => undefined,
    transaction: (name: string, mode: string) => {
      const one = { oncomplete: null as (() => void) | null, objectStore: () => ({ put: (value: unknown, key: string) => { calls.push([mode, name, key, value]); return soon(undefined, () => { queueMicrotask(() => one.oncomplete?.()); }); } }) };
      return one;
    },
  };
  return { open: (name: string, version: number) => { calls.push(["open", name, version]); return soon(base); } } as unknown as IDBFactory;
}

it("OPS-21: what else browsers keep is found under its recorded name; else sites must be let in anew, and four tabs of two versions take all connections", async () => {
  const local = memoryStorage(), session = memoryStorage(), calls: unknown[] = [], locks: string[] = [];
  new BrowserStorage(true, { lasting: local, ofTab: session, databases: null }).allow();
  const page = scene({});
  let lot = 0;
  const build = (ofTab: Storage, lasting: Storage): TapController => new TapController(page.context, [], ofTab, lasting, () => String((lot += 1)).padStart(32, "0"));
  const first = build(session, local);
  first.allow("https://a.test");
  first.showProperties(["plan"]);
  first.open()();
  shopRemember(local, { basket: { "fell-mug": 2 }, wishes: ["beck-cup"], variant: "card-first" });
  await openWorkspaceStore(() => written(calls)).save({ kind: "link", link: "LINK" });
  const busy = { request: (name: string, _: unknown, take: (lock: null) => unknown) => { locks.push(name); return Promise.resolve(take(null)); } };
  await lockSlots(busy as unknown as LockManager).acquire();
  const held = (storage: Storage): Record<string, string> => Object.fromEntries(Array.from({ length: storage.length }, (_, at) => storage.key(at)!).map((name) => [name, storage.getItem(name)!]));
  const kept: Kept = { local: held(local), session: held(session), database: calls, locks };
  const before = parsed(recorded("browser_kept.json", () => json(kept))) as Kept;
  expect(kept).toEqual(before);

  const old = memoryStorage(new Map(Object.entries(before.local))), tab = memoryStorage(new Map(Object.entries(before.session)));
  const again = build(tab, old);
  expect(again.settings).toEqual({ origins: ["https://a.test"], shown: ["plan"] });
  tab.clear();
  again.open()();
  expect(held(tab)).toEqual(before.session);
  expect(new BrowserStorage(true, { lasting: old, ofTab: tab, databases: null }).allowed).toBe(true);
  expect(shopRecall(old, () => 0)).toEqual({ basket: { "fell-mug": 2 }, wishes: ["beck-cup"], variant: "card-first" });
});

/** The content script between the extension's worker and the page, and all that crosses either border. */
async function crossing(begin: () => Promise<unknown>): Promise<unknown> {
  const said: unknown[] = [], hearing: ((event: unknown) => void)[] = [];
  let tell: (message: unknown) => void = () => undefined;
  const scope = {
    location: { origin: "https://live.test" }, addEventListener: (_: string, hear: (event: unknown) => void) => hearing.push(hear), removeEventListener: () => undefined,
    postMessage: (data: unknown, origin: string) => {
      said.push({ in: "window", data: structuredClone(data), origin });
      for (const hear of hearing) hear({ data, source: scope, origin: "https://live.test" });
    },
  };
  const connect = (how: unknown): unknown => {
    said.push({ in: "connect", how });
    return { onMessage: { addListener: (hear: typeof tell) => { tell = hear; } }, onDisconnect: { addListener: () => undefined }, postMessage: (message: unknown) => said.push({ in: "worker", message: structuredClone(message) }) };
  };
  vi.stubGlobal("window", scope);
  vi.stubGlobal("location", scope.location);
  vi.stubGlobal("chrome", { runtime: { id: "an-id", connect } });
  await begin();
  const channel = extensionChannel(scope as unknown as Window), taken: unknown[] = [];
  channel.listen(({ message, origin, channel: name, answer }) => {
    taken.push({ message, origin, road: name });
    answer?.({ dagnet: "dagnet-realtime/1", kind: "ack", page: "p", session: "s", to: 1 });
  });
  tell({ origin: "https://a.test", message: { dagnet: "dagnet-realtime/1", kind: "hello", page: "p", nonce: "n", url: "https://a.test/", sdks: [] } });
  channel.send({ dagnet: "dagnet-realtime/1", kind: "call" });
  return parsed(JSON.stringify({ said, taken }));
}

it("OPS-21: the extensionChannel and the page say to each other what they did; people do not renew the extensionChannel when a server is upgraded", async () => {
  const today = await crossing(pictureScript);
  const before = parsed(recorded("extension_messages.json", () => json(today)));
  expect(today).toEqual(before);
  const old = fixture("extension/picture.js");
  expect(await crossing(() => Promise.resolve((0, eval)(old)))).toEqual(before);
});
