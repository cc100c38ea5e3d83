import { expect, it } from "vitest";
import { chest, readKept, type Kept } from "../../src/opened/chest.ts";
import { memoryFactory } from "../support/chest.ts";

const FILES: Kept = { kind: "files", given: { title: "shop", files: [{ path: "graphs/a.json", text: "{}" }] } };

it("TAP-33: keeps what was opened, until it is closed", async () => {
  const factory = memoryFactory();
  const held = chest(() => factory);
  expect(await held.take()).toBeNull();
  await held.put(FILES);
  expect(await held.take()).toEqual(FILES);
  await held.clear();
  expect(await held.take()).toBeNull();
});

it("TAP-33: keeps nothing, and fails nothing, where the browser has no chest or forbids it", async () => {
  const forbidden = { open: () => { throw new DOMException("no", "SecurityError"); } } as unknown as IDBFactory;
  for (const held of [chest(() => undefined), chest(() => forbidden)]) {
    await held.put(FILES);
    await held.clear();
    expect(await held.take()).toBeNull();
  }
});

it("reads nothing of another shape", () => {
  expect(readKept({ kind: "link", link: "x" })).toEqual({ kind: "link", link: "x" });
  for (const odd of [null, 3, {}, { kind: "link" }, { kind: "files" }, { kind: "files", given: null }, { kind: "files", given: { title: "a", files: [{ path: 1 }] } }]) expect(readKept(odd)).toBeNull();
});
