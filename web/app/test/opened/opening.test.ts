import { snapshot } from "@dagnet-realtime/engine";
import { expect, it } from "vitest";
import { chest } from "../../src/opened/chest.ts";
import type { Candidate } from "../../src/opened/gather.ts";
import { Opening } from "../../src/opened/opening.ts";
import { sample } from "../../src/opened/sample.ts";
import { OpenedShelf } from "../../src/opened/shelf.ts";
import { keep } from "../../src/store/keep.ts";
import { Keeping } from "../../src/store/keeping.ts";
import { Watch } from "../../src/store/watch.ts";
import { memoryFactory, memoryStorage } from "../support/chest.ts";
import { scene } from "../support/page.ts";

const FILE = "file:///somewhere/index.html";
const candidates = (prefix = "shop/"): Candidate[] => sample().files.map(({ path, text }) => ({ path: prefix + path, size: text.length, text: () => Promise.resolve(text) }));

function alone(held = new Map<string, unknown>(), { disk, lasting } = { disk: false, lasting: memoryStorage() }) {
  const { parts: served } = scene();
  const shelf = new OpenedShelf();
  const parts = { ...served, api: shelf };
  parts.store.setState({ serverless: true });
  const watch = new Watch(parts);
  const keeping = new Keeping(disk, { lasting, ofTab: null, databases: memoryFactory(held) });
  return { ...parts, watch, opening: new Opening(parts, watch, shelf, chest(() => keeping.databases), keeping), held };
}

it("TAP-34: begins empty, opens the sample, shows its main graph and listens to this browser", async () => {
  const { opening, store, engine } = alone();
  await opening.begin(FILE, "", null);
  expect(store.getState()).toMatchObject({ phase: "off", graph: null, notice: null });
  await opening.sample();
  expect(store.getState()).toMatchObject({ phase: "on", place: { workspace: "shop", env: "files", graph: "uk-checkout-journey" }, lane: { connection: "live", transport: "local" } });
  expect(engine.state.lanes).toEqual(["local"]);
});

it("TAP-33: opens the same again after a reload, and forgets it when it is closed", async () => {
  const before = alone();
  await before.opening.give(candidates());
  const after = alone(before.held);
  await after.opening.begin(FILE, "", null);
  expect(after.store.getState().graph?.name).toBe("uk-checkout-journey");
  await after.opening.close();
  expect(after.store.getState()).toMatchObject({ graph: null, place: null, workspaces: [] });
  const later = alone(before.held);
  await later.opening.begin(FILE, "", null);
  expect(later.store.getState().graph).toBeNull();
});

it("TAP-33: goes on with what this tab had collected before it was reloaded", async () => {
  const before = alone();
  await before.opening.sample();
  const { session, place } = before.store.getState();
  const shelf = new Map<string, string>();
  const tab = { getItem: (key: string) => shelf.get(key) ?? null, setItem: (key: string, value: string) => { shelf.set(key, value); }, removeItem: (key: string) => { shelf.delete(key); } };
  if (session !== null && place !== null) keep(tab, session, place, before.engine.state, before.world.now());
  const after = alone(before.held);
  await after.opening.begin(FILE, "", tab);
  expect(after.store.getState()).toMatchObject({ phase: "on", session });
  expect(snapshot(after.engine.state, 100_000)).toContain(session ?? "none");
});

it("TAP-35: says in the page what could not be opened, and leaves open what was", async () => {
  const { opening, store } = alone();
  await opening.give([{ path: "notes.txt", size: 1, text: () => Promise.resolve("") }]);
  expect(store.getState().notice?.what).toContain("no DagNet graph");
  await opening.give([...candidates(), { path: "shop/events/broken.yaml", size: 3, text: () => Promise.resolve("a: [") }]);
  expect(store.getState().notice).toBeNull();
  expect(store.getState().toasts.at(-1)?.what).toContain("events/broken.yaml");
  await opening.link("https://example.com/?data=nonsense");
  expect(store.getState().toasts.at(-1)).toMatchObject({ bad: true, meaning: "What was open stays open." });
  expect(store.getState().graph?.name).toBe("uk-checkout-journey");
});

it("TAP-31, GRA-29: opens the graph that a share link carries, and says what it lacks, pasted or in the page's own address", async () => {
  const graph = sample().files.find(({ path }) => path.endsWith("newsletter-sign-up.json"))?.text ?? "";
  const link = `https://dagnet.example/?graph=letter&data=${encodeURIComponent(graph)}`;
  const pasted = alone();
  await pasted.opening.link(link);
  expect(pasted.store.getState()).toMatchObject({ place: { workspace: "Shared", graph: "letter" }, linked: true });
  expect(pasted.store.getState().toasts.at(-1)?.what).toContain("every node listens for its bare event id");
  const { graph: shown } = pasted.store.getState();
  expect(shown?.listens.every(({ event_id, names }) => names.join() === event_id)).toBe(true);
  await pasted.opening.give(candidates());
  expect(pasted.store.getState().linked).toBe(false);
  const addressed = alone();
  await addressed.opening.begin(`${FILE}#data=${encodeURIComponent(graph)}`, "", null);
  expect(addressed.store.getState().graph?.nodes.length).toBeGreaterThan(0);
});

it("TAP-37: from disk keeps what is open once it is asked to, and forgets it when that is taken back", async () => {
  const browser = { disk: true, lasting: memoryStorage() };
  const before = alone(undefined, browser);
  await before.opening.sample();
  expect([before.held.size, browser.lasting.length]).toEqual([0, 0]);
  await before.opening.keep(true);
  expect(before.store.getState().keeping).toBe(true);
  const after = alone(before.held, browser);
  await after.opening.begin(FILE, "", null);
  expect(after.store.getState().graph?.name).toBe("uk-checkout-journey");
  await after.opening.keep(false);
  expect([after.store.getState().keeping, after.held.size, browser.lasting.length]).toEqual([false, 0, 0]);
  expect(after.store.getState().graph).not.toBeNull();
});
