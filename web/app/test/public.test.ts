// @vitest-environment jsdom
/** What browsers, saved files, tapped pages and pasted functions hold of an earlier version is
 * read by this one.
 */
import { isProblem, ledger, nodeLight, parseFrame, readSessionLog, restore, writeSessionLog, snapshot, type State, totals, feed } from "@dagnet-realtime/engine";
import type { TapMessage } from "@dagnet-realtime/engine/tapMessage";
import { tap } from "../../tap/src/tap.ts";
import { MAGIC, type FromPage, type FromHost } from "@dagnet-realtime/tap/protocol";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { after, batch, event, frame, GRAPH, heard as told, hello, on, T0, tap as tapped } from "../../engine/test/support.ts";
import { FakeSdk, RULES } from "../../tap/test/support.ts";
import { TapHost } from "@dagnet-realtime/client/transport/tap/tapHost";
import type { Incoming as Said, PageChannel } from "@dagnet-realtime/client/transport/tap/channels";
import { readPageSecret as pageSecret } from "../src/pageSecret.ts";
import { saveSession, restoreSession } from "@dagnet-realtime/client/sessionSnapshot";
import { readPreferences, writePreferences } from "../src/store/preferences.ts";
import { fixture, json, parsed, recorded } from "./support/recorded.ts";

beforeEach(() => { vi.useFakeTimers({ now: T0 }); });
afterEach(() => { vi.useRealTimers(); });

const uuid = (place: number): string => `3f2504e0-4f89-41d3-9a0c-${String(place).padStart(12, "0")}`;

/** What a viewer sees of a state. */
const seen = (state: State): unknown => {
  const { pending, identity, ignored: _, tests: __, ...figures } = totals(state, T0 + 9), { localEvents, pendingLocal, ...sums } = ledger(state);
  // The recorded pictures have these five by other names, and nothing of filters, tests and
  // ignored names.
  return parsed(JSON.stringify({
    nodes: Object.fromEntries(GRAPH.nodes.map(({ uuid: node }) => {
      const { of, all: ___, tests: ____, testAt: _____, ...light } = nodeLight(state, node, T0 + 9);
      return [node, { ...light, carried: of !== null }];
    })), totals: { ...figures, waiting: pending, who: identity },
    ledger: { ...sums, heard: localEvents, waiting: pendingLocal },
    rows: feed(state, { start: 0, count: 99 }).rows.map(({ id, name, nodes, lanes, at }) => ({ id, name, nodes, lanes, at })),
  }));
};

function lived(): State {
  const twin = event("b", { id: "twin" });
  return after([
    on(), on("local"), frame(0, hello()), tapped(1, told("A", { messageId: "local", page: "p" })), tapped(2, told("B", { messageId: "twin", nodes: ["b"] })),
    frame(3, batch(0, [twin, event("a", { id: "first" }), event("", { id: "unheard" })], 3)), frame(4, { op: "gap", from: "e.3", to: "e.5", missed: null, reason: "lost" }),
    tapped(5, told("A", { messageId: "local", stage: "failed", reason: "offline", page: "p" })), frame(6, batch(5, [event("a", { id: "second" }), event("c", { id: "third" })], 1)),
  ]);
}

function replayed(text: string): State {
  const log = readSessionLog(text);
  if (isProblem(log)) throw new Error(log.detail);
  expect(log.skipped).toBe(0);
  return after([on("replay", { position: "", graph: log.header.definition ?? GRAPH }), ...log.frames]);
}

it("OPS-21: a recorded session log replays to the recorded picture, and is written again line for line; else saved logs are lost", () => {
  const text = recorded("session.ndjson", () => writeSessionLog(lived()));
  const state = replayed(text);
  expect(seen(state)).toEqual(parsed(recorded("session_seen.json", () => json(seen(state)))));
  expect(writeSessionLog(state).split("\n").slice(1)).toEqual(text.split("\n").slice(1));
});

it("OPS-21: a tab's recorded session is restored to the recorded picture; else an upgrade empties open tabs that reload", () => {
  const state = restore(recorded("snapshot.txt", () => snapshot(lived(), 1_000_000)));
  if (state === null) throw new Error("the snapshot is not read");
  expect(seen(state)).toEqual(parsed(recorded("snapshot_seen.json", () => json(seen(state)))));
});

it("OPS-21: what browsers keep is found under its recorded names; else people lose their settings, sign-in and session", () => {
  const shelf = (start: Record<string, string> = {}): Record<string, string> & { of: Storage } => {
    const held = new Map(Object.entries(start));
    const of = { getItem: (name: string) => held.get(name) ?? null, setItem: (name: string, text: string) => { held.set(name, text); }, removeItem: (name: string) => { held.delete(name); } } as Storage;
    return Object.defineProperty({ get all() { return Object.fromEntries(held); } }, "of", { value: of }) as never;
  };
  const place = { workspace: "shop", env: "test", graph: "checkout", filter: "type:track" };
  const chosen = { ...readPreferences(null, true), theme: "dark", sideWidth: 345, feedColumns: { event: 240, lag: 0 }, tab: "unmapped", place: "shop/test/checkout", ignored: ["shop/test/checkout a>b"], shop: "closed" } as const;
  const fill = (of: Storage): void => {
    writePreferences(of, chosen);
    saveSession(of, "s1", place, lived(), T0);
    pageSecret(of, "#page=abcdefghijklmnopqrstuvwx");
  };
  const held = parsed(recorded("browser_storage.json", () => { const made = shelf(); fill(made.of); return json((made as never as { all: unknown }).all); })) as Record<string, string>;
  const fresh = shelf();
  fill(fresh.of);
  expect((fresh as never as { all: unknown }).all).toEqual(held);
  const { of } = shelf(held);
  expect(readPreferences(of, true)).toEqual(chosen);
  expect(pageSecret(of, "")).toBe("abcdefghijklmnopqrstuvwx");
  const kept = restoreSession(of, T0 + 1);
  expect(kept).toMatchObject({ session: "s1", place });
  expect(kept && seen(kept.state)).toEqual(parsed(fixture("snapshot_seen.json")));
});

it("OPS-21: every recorded frame is read as it stands; else a page and a server of two versions do not understand each other", () => {
  for (const line of fixture("frames.ndjson").trim().split("\n")) expect(parseFrame(line)).toEqual(parsed(line));
});

/** Tap and picture in conversation; `page` and `picture` are what each said. */
function conversation() {
  const page: FromPage[] = [], picture: FromHost[] = [], taken: TapMessage[] = [];
  let hear: (message: unknown) => void = () => undefined;
  let listen: (said: Said) => void = () => undefined;
  const answer = (message: FromHost): void => { picture.push(message); hear(structuredClone(message)); };
  const road: PageChannel = { listen: (heard) => { listen = heard; return () => undefined; }, send: answer };
  const lane = new TapHost([road], { session: "s", rules: () => RULES, allows: () => true, accept: (one) => { taken.push(one); return true; } }, () => Date.now());
  const say = (message: unknown): void => { listen({ message: structuredClone(message), origin: "https://a.test", channel: "opened", answer }); };
  return { page, picture, taken, lane, say, sink: (to: (message: unknown) => void) => { hear = to; return { post: (message: FromPage) => { page.push(message); say(message); }, close: () => undefined }; } };
}

/** What a page of a site does: three calls, and goodbye. */
async function visit(made: ReturnType<typeof tap>): Promise<void> {
  const sdk = new FakeSdk();
  made.listen(sdk);
  await vi.advanceTimersByTimeAsync(100);
  sdk.call({ messageId: uuid(1), type: "track", event: "A", anonymousId: "a1", properties: { plan: "pro", email: "someone@example.com" } });
  sdk.call({ messageId: uuid(2), type: "page", name: "Home", anonymousId: "a1" });
  await vi.advanceTimersByTimeAsync(200);
  sdk.call({ messageId: uuid(3), type: "identify", userId: "u1", anonymousId: "a1" });
  await vi.advanceTimersByTimeAsync(200);
}

/** With the same words in the place of what is drawn by lot. */
function named(messages: readonly unknown[], page: readonly FromPage[]): unknown {
  const first = page.find(({ kind }) => kind === "hello");
  const nonce = first?.kind === "hello" ? first.nonce : "";
  return parsed(JSON.stringify(messages).replaceAll(first?.page ?? "-", "THE-PAGE").replaceAll(nonce || "-", "THE-NONCE"));
}

it("OPS-21: tap and picture say what they said; a page that was opened before an upgrade lights the picture after it, and the reverse", async () => {
  const told = conversation();
  told.lane.open();
  const made = tap({ sinks: [told.sink] });
  await visit(made);
  made.stop();
  const both = { page: named(told.page, told.page), picture: named(told.picture, told.page) };
  const before = parsed(recorded("tap_messages.json", () => json(both))) as { page: FromPage[]; picture: FromHost[] };
  expect(both).toEqual(before);

  const after = conversation();
  after.lane.open();
  for (const message of before.page) after.say(message);
  expect(after.taken.map(({ messageId, stage }) => [messageId, stage])).toEqual(before.page.flatMap((one) => (one.kind === "report" ? one.messages.map(({ messageId, stage }) => [messageId, stage]) : [])));
  expect(after.picture).toEqual(before.picture);

  const page: FromPage[] = [];
  let hear: (message: unknown) => void = () => undefined;
  const again = tap({ sinks: [(to) => { hear = to; return { post: (message) => { page.push(message); }, close: () => undefined }; }] });
  const first = page[0];
  if (first?.kind !== "hello") throw new Error("the tap does not offer itself");
  for (const one of before.picture) hear({ ...one, ...("page" in one ? { page: first.page } : {}), ...("nonce" in one ? { nonce: first.nonce } : {}) });
  await visit(again);
  again.stop();
  const reports = (all: readonly FromPage[]): unknown[] => all.flatMap((one) => (one.kind === "report" ? one.messages.map(({ messageId, stage, name }) => [messageId, stage, name]) : []));
  expect(new Set(reports(page).map(String))).toEqual(new Set(reports(before.page).map(String)));
  expect(first.dagnet).toBe(MAGIC);
});
