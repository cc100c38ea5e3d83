import { snapshot } from "@dagnet-realtime/engine";
import { expect, it } from "vitest";
import { openWorkspaceStore } from "../../src/offline/workspaceStore.ts";
import type { FileCandidate } from "../../src/offline/files.ts";
import { OfflineController } from "../../src/offline/controller.ts";
import { sample } from "../../src/offline/sample.ts";
import { OfflineApi } from "../../src/offline/offlineApi.ts";
import { saveSession } from "@dagnet-realtime/client/sessionSnapshot";
import { BrowserStorage } from "../../src/store/browserStorage.ts";
import { SessionController } from "../../src/store/sessionController.ts";
import { memoryFactory, memoryStorage } from "../support/chest.ts";
import { scene } from "../support/page.ts";

const FILE = "file:///somewhere/index.html";
const candidates = (prefix = "shop/"): FileCandidate[] => sample().files.map(({ path, text }) => ({ path: prefix + path, size: text.length, text: () => Promise.resolve(text) }));

function alone(held = new Map<string, unknown>(), { disk, lasting } = { disk: false, lasting: memoryStorage() }) {
  const { context: served } = scene();
  const shelf = new OfflineApi();
  const context = { ...served, api: shelf };
  context.store.setState({ serverless: true });
  const watch = new SessionController(context);
  const keeping = new BrowserStorage(disk, { lasting, ofTab: null, databases: memoryFactory(held) });
  return { ...context, watch, opening: new OfflineController(context, watch, shelf, openWorkspaceStore(() => keeping.databases), keeping), held };
}

it("TAP-30: begins empty, opens the sample, shows its main graph and listens to this browser", async () => {
  const { opening, store, engine } = alone();
  await opening.begin(FILE, "", null);
  expect(store.getState()).toMatchObject({ phase: "off", graph: null, notice: null });
  await opening.openSample();
  expect(store.getState()).toMatchObject({ phase: "on", graphRef: { workspace: "shop", env: "files", graph: "uk-checkout-journey" }, connection: { connection: "live", transport: "local" } });
  expect(engine.state.lanes).toEqual(["local"]);
});

it("TAP-33: opens the same again after a reload, and forgets it when it is closed", async () => {
  const before = alone();
  await before.opening.openFiles(candidates());
  const after = alone(before.held);
  await after.opening.begin(FILE, "", null);
  expect(after.store.getState().graph?.name).toBe("uk-checkout-journey");
  await after.opening.close();
  expect(after.store.getState()).toMatchObject({ graph: null, graphRef: null, workspaces: [] });
  const later = alone(before.held);
  await later.opening.begin(FILE, "", null);
  expect(later.store.getState().graph).toBeNull();
});

it("TAP-31: what is dropped as the page begins goes over what it begins with", async () => {
  const before = alone();
  await before.opening.openSample();
  const { opening, store } = alone(before.held);
  const begun = opening.begin(FILE, "", null);
  await opening.openFiles([{ path: "letter/graphs/letter.json", size: 2, text: () => Promise.resolve(sample().files.find(({ path }) => path.startsWith("graphs/newsletter"))?.text ?? "") }]);
  await begun;
  expect(store.getState().graphRef).toMatchObject({ workspace: "letter", graph: "letter" });
});

it("TAP-33: goes on with what this tab had collected before it was reloaded", async () => {
  const before = alone();
  await before.opening.openSample();
  const { session, graphRef: place } = before.store.getState();
  const shelf = new Map<string, string>();
  const tab = { getItem: (key: string) => shelf.get(key) ?? null, setItem: (key: string, value: string) => { shelf.set(key, value); }, removeItem: (key: string) => { shelf.delete(key); } };
  if (session !== null && place !== null) saveSession(tab, session, place, before.engine.state, before.environment.now());
  const after = alone(before.held);
  await after.opening.begin(FILE, "", tab);
  expect(after.store.getState()).toMatchObject({ phase: "on", session });
  expect(snapshot(after.engine.state, 100_000)).toContain(session ?? "none");
});

it("TAP-31: says in the page what could not be opened, and leaves open what was", async () => {
  const { opening, store } = alone();
  await opening.openFiles([{ path: "notes.txt", size: 1, text: () => Promise.resolve("") }]);
  expect(store.getState().notice?.what).toContain("no DagNet graph");
  await opening.openFiles([...candidates(), { path: "shop/events/broken.yaml", size: 3, text: () => Promise.resolve("a: [") }]);
  expect(store.getState().notice).toBeNull();
  expect(store.getState().toasts.at(-1)?.what).toContain("events/broken.yaml");
  await opening.openLink("https://example.com/?data=nonsense");
  expect(store.getState().toasts.at(-1)).toMatchObject({ bad: true, meaning: "What was open stays open." });
  expect(store.getState().graph?.name).toBe("uk-checkout-journey");
});

it("TAP-31, GRA-18: opens the graph that a share link carries, and says what it lacks, pasted or in the page's own address", async () => {
  const graph = sample().files.find(({ path }) => path.endsWith("newsletter-sign-up.json"))?.text ?? "";
  const link = `https://dagnet.example/?graph=letter&data=${encodeURIComponent(graph)}`;
  const pasted = alone();
  await pasted.opening.openLink(link);
  expect(pasted.store.getState()).toMatchObject({ graphRef: { workspace: "Shared", graph: "letter" }, linked: true });
  expect(pasted.store.getState().toasts.at(-1)?.what).toContain("every node listens for its bare event id");
  const { graph: shown } = pasted.store.getState();
  expect(shown?.listens.every(({ event_id, names }) => names.join() === event_id)).toBe(true);
  await pasted.opening.openFiles(candidates());
  expect(pasted.store.getState().linked).toBe(false);
  const addressed = alone();
  await addressed.opening.begin(`${FILE}#data=${encodeURIComponent(graph)}`, "", null);
  expect(addressed.store.getState().graph?.nodes.length).toBeGreaterThan(0);
});

it("TAP-33: from disk keeps what is open once it is asked to, and forgets it when that is taken back", async () => {
  const browser = { disk: true, lasting: memoryStorage() };
  const before = alone(undefined, browser);
  await before.opening.openSample();
  expect([before.held.size, browser.lasting.length]).toEqual([0, 0]);
  await before.opening.allowStorage(true);
  expect(before.store.getState().storageAllowed).toBe(true);
  const after = alone(before.held, browser);
  await after.opening.begin(FILE, "", null);
  expect(after.store.getState().graph?.name).toBe("uk-checkout-journey");
  await after.opening.allowStorage(false);
  expect([after.store.getState().storageAllowed, after.held.size, browser.lasting.length]).toEqual([false, 0, 0]);
  expect(after.store.getState().graph).not.toBeNull();
});
