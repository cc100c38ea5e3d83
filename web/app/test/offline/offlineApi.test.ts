import { expect, it } from "vitest";
import { sample } from "../../src/offline/sample.ts";
import { errorsOf, OfflineApi } from "../../src/offline/offlineApi.ts";

const FILES = { kind: "files", given: sample() } as const;

it("TAP-31: answers as the server would, from opened files", async () => {
  const shelf = new OfflineApi();
  expect(await shelf.workspaces()).toEqual([]);
  await shelf.openWorkspace(FILES);
  const [workspace] = await shelf.workspaces();
  expect(workspace).toMatchObject({ id: "shop", env: "files", errors: [], sources: [] });
  expect(workspace?.graphs.map(({ name, can_light }) => [name, can_light])).toContainEqual(["uk-checkout-journey", 11]);
  expect((await shelf.graph({ workspace: "shop", env: "files", graph: "uk-checkout-journey" })).nodes).toHaveLength(13);
  await expect(shelf.graph({ workspace: "shop", env: "files", graph: "none" })).rejects.toThrow("not open");
  shelf.closeWorkspace();
  expect(await shelf.workspaces()).toEqual([]);
});

it("TAP-31: says what is wrong with files and links, and keeps what was open", async () => {
  const shelf = new OfflineApi();
  await shelf.openWorkspace(FILES);
  await expect(shelf.openWorkspace({ kind: "files", given: { title: "x", files: [{ path: "graphs/a.json", text: "{" }] } })).rejects.toThrow("graphs/a.json");
  await expect(shelf.openWorkspace({ kind: "link", link: "https://example.com" })).rejects.toThrow("no DagNet share link");
  expect((await shelf.workspaces())[0]?.id).toBe("shop");
});

it("TAP-30: refuses what only a server can do", async () => {
  const shelf = new OfflineApi();
  for (const ask of [() => shelf.openSession(), () => shelf.testEvent(), () => shelf.simulate(), () => shelf.visitors()]) await expect(ask()).rejects.toThrow("no server");
  await expect(shelf.follows()).resolves.toBeUndefined();
});

it("says the first errors, and how many there are more", () => {
  const errors = ["a", "b", "c", "d", "e"].map((file) => ({ file, text: "is odd" }));
  expect(errorsOf({ errors })).toBe("a is odd. b is odd. c is odd. 2 more files could not be read.");
  expect(errorsOf({ errors: [] })).toBe("");
});
