import { expect, it } from "vitest";
import { keepLabel, readLabels, wipeLabels } from "../../src/store/traceLabels.ts";
import { scene } from "../support/page.ts";

const [ONE, TWO] = ["a_0000000000a1", "a_0000000000a2"] as const;

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
