import { expect, it } from "vitest";
import { checkLabels, keepLabel, wipeLabels } from "../../src/store/traceLabels.ts";
import { SessionKeeper } from "../../src/store/sessionKeeper.ts";
import { memoryFactory } from "../support/chest.ts";
import { batch, GRAPH, hello, PLACE, scene } from "../support/page.ts";
import { settle } from "../../../client/test/support/environment.ts";

const [ONE, TWO] = ["a_0000000000a1", "a_0000000000a2"] as const;

/** All labels that are stored for a person. */
const readLabels = (storage: ReturnType<typeof shelf> | null, person: string) => checkLabels(storage, person, () => true).labels;

function shelf() {
  const kept = new Map<string, string>();
  return { kept, getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, text: string) => void kept.set(key, text) };
}

it("TRC-34: a label is kept over a reload, for the person who gave it alone", () => {
  const storage = shelf();
  const labels = keepLabel(storage, "ann", {}, ONE, "  My\n\u202eown  phone ");
  expect(labels).toEqual({ [ONE]: "My own phone" });
  expect(readLabels(storage, "ann")).toEqual(labels);
  expect(keepLabel(storage, "ann", {}, TWO, "x".repeat(60))[TWO]).toHaveLength(40);
  expect(keepLabel(storage, "ann", labels, TWO, " ")).toEqual(labels);
  expect(readLabels(storage, "bob")).toEqual({});
  expect([...storage.kept.values()].join("")).not.toContain("phone");
});

it("TRC-34: at most 200 are kept, and what is malformed is no label", () => {
  const storage = shelf();
  for (let at = 0; at < 205; at++) keepLabel(storage, "", {}, `a_000000000${String(at).padStart(3, "0")}`, `n ${at}`);
  expect(Object.keys(readLabels(storage, ""))).toHaveLength(200);
  for (const text of ["", "{", "null", "7", '{"person":""}', '{"person":"","labels":{"ada@example.com":"x","a_0000000000a1":7,"a_0000000000a2":" "}}']) {
    storage.kept.set("dagnet-realtime-labels", text);
    expect(readLabels(storage, "")).toEqual({});
  }
  expect(readLabels(null, "")).toEqual({});
  expect(keepLabel(null, "", { [TWO]: "b" }, ONE, "a")).toEqual({ [TWO]: "b", [ONE]: "a" });
});

it("TRC-34: signing out wipes the labels, in the page and in the browser", async () => {
  const { actions, store, kept } = scene();
  actions.labelTrace(ONE, "Anna");
  expect(store.getState().labels).toEqual({ [ONE]: "Anna" });
  await actions.signOut();
  expect([store.getState().labels, JSON.stringify([...kept])]).toEqual([{}, expect.not.stringContaining("Anna")]);
  wipeLabels(null);
});

const listing = (undeleted_since?: string | null, id = "shop") => ({ id, env: "demo", graphs: [{ name: "g", title: "", version: "v1", nodes: 2, edges: 1, can_light: 2 }], errors: [], sources: [], role: "follow", ...(undeleted_since === undefined ? {} : { undeleted_since }) });
const ANN = { person: "ann", access: "local", can: ["follow"], demo: false, version: "0" };

/** A page of ann's as it opens, in a browser that holds `kept`. */
function opened(kept: ReadonlyMap<string, string>, ...workspaces: ReturnType<typeof listing>[]) {
  const made = scene({ "GET /api/workspaces": { workspaces } });
  for (const [key, text] of kept) made.kept.set(key, text);
  made.store.setState({ me: ANN, workspaces, graphRef: PLACE, graph: GRAPH, phase: "off" });
  return made;
}

it("TRC-34: after a deletion that no page heard, the labels of its workspace go at the next opening, and no others", () => {
  const first = opened(new Map(), listing("T1"), listing("T1", "blog"));
  first.actions.labelTrace(ONE, "Anna");
  first.store.setState({ graphRef: { ...PLACE, workspace: "blog" } });
  first.actions.labelTrace(TWO, "Bob");
  const again = opened(first.kept, listing("T1"), listing("T1", "blog"));
  expect([again.store.getState().labels, again.store.getState().toasts]).toEqual([{ [ONE]: "Anna", [TWO]: "Bob" }, []]);
  const unknown = opened(first.kept, listing(), listing("T1", "blog"));
  expect([unknown.store.getState().labels, JSON.stringify([...unknown.kept])], "a server that does not say now").toEqual([{}, expect.stringContaining("Anna")]);
  const later = opened(first.kept, listing("T2"), listing("T1", "blog"));
  expect(later.store.getState().labels).toEqual({ [TWO]: "Bob" });
  expect(JSON.stringify([...later.kept])).not.toContain("Anna");
  expect(later.store.getState().toasts).toMatchObject([{ what: "Names that you gave to traces are gone." }]);
  const lost = opened(first.kept, listing("T1", "blog"));
  expect(lost.store.getState().labels).toEqual({ [TWO]: "Bob" });
  const old = opened(new Map([["dagnet-realtime-labels", JSON.stringify({ person: "ann", labels: { [ONE]: "Anna" } })]]), listing("T1"));
  expect([old.store.getState().labels, JSON.stringify([...old.kept])], "of whom no deletion is known").toEqual([{}, expect.not.stringContaining("Anna")]);
});

it("TRC-34: a page that is open and off loses them when it learns of the deletion", () => {
  const page = opened(new Map(), listing("T1"));
  page.actions.labelTrace(ONE, "Anna");
  page.store.setState({ workspaces: [listing("T2")] });
  expect([page.store.getState().labels, JSON.stringify([...page.kept])]).toEqual([{}, expect.not.stringContaining("Anna")]);
});

it("TRC-34: a label lasts as long as the page if the server does not hear of all deletions", () => {
  const page = opened(new Map(), listing(null));
  page.actions.labelTrace(ONE, "Anna");
  expect([page.store.getState().labels, JSON.stringify([...page.kept])]).toEqual([{ [ONE]: "Anna" }, expect.not.stringContaining("Anna")]);
  page.actions.labelTrace(TWO, "Bob");
  page.actions.labelTrace(ONE, "");
  expect(page.store.getState().labels).toEqual({ [TWO]: "Bob" });
});

it("TRC-34: a page that is on hears whose deletion it is: the labels of the others outlive it, unless it missed something", async () => {
  for (const missed of [false, true]) {
    const page = opened(new Map(), listing("T1"));
    const keeper = new SessionKeeper(page.context, () => memoryFactory(new Map()), undefined);
    Object.assign(page.context, { earlier: () => Promise.resolve(keeper) });
    keeper.start();
    await page.actions.toggle();
    await settle();
    await page.streams[0]!.send(hello);
    await page.streams[0]!.send(batch(0));
    page.actions.labelTrace(ONE, "Anna");
    page.actions.labelTrace(TWO, "Bob");
    if (missed) await page.streams[0]!.send({ op: "gap", from: "e:1", to: "e:9", missed: null, reason: "the log does not reach back" });
    page.answers["GET /api/workspaces"] = { workspaces: [listing("T2")] };
    await page.streams[0]!.send({ op: "forget", tokens: [ONE] });
    await settle();
    expect([page.store.getState().labels, JSON.stringify([...page.kept])]).toEqual([{ [TWO]: "Bob" }, expect.not.stringContaining("Anna")]);
    await page.environment.advance(3000);
    expect(opened(page.kept, listing("T2")).store.getState().labels).toEqual(missed ? {} : { [TWO]: "Bob" });
  }
});
