import { expect, it } from "vitest";
import { openWorkspaceStore, parseStored, type StoredWorkspace } from "../../src/offline/workspaceStore.ts";
import { memoryFactory } from "../support/chest.ts";

const FILES: StoredWorkspace = { kind: "files", given: { title: "shop", files: [{ path: "graphs/a.json", text: "{}" }] } };

it("TAP-33: keeps what was opened, until it is closed", async () => {
  const factory = memoryFactory();
  const held = openWorkspaceStore(() => factory);
  expect(await held.load()).toBeNull();
  await held.save(FILES);
  expect(await held.load()).toEqual(FILES);
  await held.clear();
  expect(await held.load()).toBeNull();
});

it("TAP-33: keeps nothing, and fails nothing, if the browser has no storage or forbids it", async () => {
  const forbidden = { open: () => { throw new DOMException("no", "SecurityError"); } } as unknown as IDBFactory;
  for (const held of [openWorkspaceStore(() => undefined), openWorkspaceStore(() => forbidden)]) {
    await held.save(FILES);
    await held.clear();
    expect(await held.load()).toBeNull();
  }
});

it("reads nothing of another shape", () => {
  expect(parseStored({ kind: "link", link: "x" })).toEqual({ kind: "link", link: "x" });
  for (const odd of [null, 3, {}, { kind: "link" }, { kind: "files" }, { kind: "files", given: null }, { kind: "files", given: { title: "a", files: [{ path: 1 }] } }]) expect(parseStored(odd)).toBeNull();
});
