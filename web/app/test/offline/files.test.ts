import { describe, expect, it } from "vitest";
import { dropOf } from "../../src/drops.ts";
import { assembleWorkspace, droppedFiles, type FileCandidate, granted, pickedFiles, readFiles } from "../../src/offline/files.ts";

describe("gather", () => {
  const candidate = (path: string, size = 1): FileCandidate => ({ path, size, text: () => Promise.resolve(path) });

  it("TAP-31: reads texts of a workspace and nothing else", async () => {
    const { files, left } = await readFiles([candidate("a/graphs/g.json"), candidate("a/x.png"), candidate("a/events/e.YAML")]);
    expect(files.map(({ path }) => path)).toEqual(["a/graphs/g.json", "a/events/e.YAML"]);
    expect(left).toEqual([]);
  });

  it("TAP-31: says what it left out: too large, too much, too many, unreadable", async () => {
    const megabytes = (n: number): number => n * 1024 * 1024;
    const broken: FileCandidate = { path: "b.json", size: 1, text: () => Promise.reject(new Error("gone")) };
    expect((await readFiles([candidate("a.json", megabytes(6)), broken])).left).toEqual(["a.json is larger than 5 MB.", "b.json could not be read."]);
    const heavy = await readFiles(Array.from({ length: 9 }, (_, n) => candidate(`${n}.json`, megabytes(4))));
    expect([heavy.files.length, heavy.left]).toEqual([7, ["All files together are larger than 30 MB; the rest was not read."]]);
    const many = await readFiles(Array.from({ length: 20_010 }, (_, n) => candidate(`${n}.png`)));
    expect(many.left).toEqual(["There are more than 20000 files; the rest was not looked at."]);
  });

  it("passes over hidden folders and those of tools when a folder is picked", () => {
    const file = (path: string) => ({ webkitRelativePath: path, name: path, size: 1, text: () => Promise.resolve("") }) as unknown as File;
    const found = [...pickedFiles([file("a/graphs/g.json"), file("a/.git/x.json"), file("a/node_modules/x/y.json"), file("a/parameters/p.yaml")])];
    expect(found.map(({ path }) => path)).toEqual(["a/graphs/g.json"]);
  });

  it("walks a dropped folder, in portions, and forgives what it may not read", async () => {
    const leaf = (name: string, readable = true) => ({ name, isDirectory: false, file: (done: (file: File) => void, fail: () => void) => { if (readable) done({ size: 2, text: () => Promise.resolve("{}") } as File); else fail(); } });
    const folder = (name: string, children: readonly object[]) => ({ name, isDirectory: true, createReader: () => { const left = [...children]; return { readEntries: (done: (portion: object[]) => void) => { done(left.splice(0, 1)); } }; } });
    const item = { kind: "file", webkitGetAsEntry: () => folder("shop", [folder("graphs", [leaf("a.json"), leaf("b.json", false)]), folder(".git", [leaf("c.json")])]) };
    const { files, left } = await readFiles(droppedFiles(dropOf({ files: [], items: [item as unknown as DataTransferItem, { kind: "string", webkitGetAsEntry: () => null }] }).things));
    expect(files).toEqual([{ path: "shop/graphs/a.json", text: "{}" }]);
    expect(left).toEqual(["shop/graphs/b.json could not be read."]);
  });

  it("takes a drop by its handles if the browser gives them", async () => {
    const leaf = (name: string) => ({ kind: "file", name, getFile: () => Promise.resolve({ size: 2, text: () => Promise.resolve("{}") }) });
    const shop = { kind: "directory", name: "shop", async *values() { yield await Promise.resolve(leaf("nodes-index.yaml")); } };
    const item = (handle: object | null, entry: object | null = null) => ({ kind: "file", webkitGetAsEntry: () => entry as FileSystemEntry | null, getAsFileSystemHandle: () => (handle === null ? Promise.reject(new Error("no")) : Promise.resolve(handle as FileSystemHandle)) });
    const { files } = await readFiles(droppedFiles(dropOf({ files: [], items: [item(shop), item(leaf("a.json")), item(null)] }).things));
    expect(files.map(({ path }) => path)).toEqual(["shop/nodes-index.yaml", "a.json"]);
  });

  it("walks a folder that the browser lets it read", async () => {
    const leaf = (name: string) => ({ kind: "file", name, getFile: () => Promise.resolve({ size: 2, text: () => Promise.resolve("{}") }) });
    const folder = (name: string, children: readonly object[]): object => ({ kind: "directory", name, async *values() { for (const child of children) yield await Promise.resolve(child); } });
    const { files } = await readFiles(granted(folder("shop", [folder("graphs", [leaf("a.json"), leaf("a.png")]), folder("node_modules", [leaf("b.json")])]) as FileSystemDirectoryHandle));
    expect(files.map(({ path }) => path)).toEqual(["shop/graphs/a.json"]);
  });
});

describe("settle", () => {
  const file = (path: string, text = "") => ({ path, text });
  const paths = (given: ReturnType<typeof assembleWorkspace>) => given?.files.map(({ path }) => path);

  it("TAP-31: takes a folder with graphs/ in it for the workspace, however deep it lies", () => {
    const given = assembleWorkspace([file("home/shop/graphs/a.json"), file("home/shop/events/e.yaml"), file("home/readme.json")], null);
    expect(given).toMatchObject({ title: "shop", beside: [] });
    expect(paths(given)).toEqual(["graphs/a.json", "events/e.yaml"]);
  });

  it("TAP-31: of several workspaces takes the one with most graphs, and names the others", () => {
    const given = assembleWorkspace([file("all/a/graphs/1.json"), file("all/b/graphs/1.json"), file("all/b/graphs/2.json")], null);
    expect(given).toMatchObject({ title: "b", beside: ["all/a"] });
    expect(paths(given)).toEqual(["graphs/1.json", "graphs/2.json"]);
  });

  it("TAP-31: puts single files where they belong, by their folder or by what they say", () => {
    const given = assembleWorkspace([file("journey.json"), file("wish.yaml", "id: wish\nprovider_event_names: {}\n"), file("basket.yaml", "id: basket\nevent_id: add\n"), file("events-index.yaml"), file("events/x.yml")], null);
    expect(given?.title).toBe("journey");
    expect(paths(given)).toEqual(["graphs/journey.json", "events/wish.yaml", "nodes/basket.yaml", "events-index.yaml", "events/x.yml"]);
  });

  it("TAP-31: adds single files, and a folder of definitions alone, to what is open", () => {
    const before = { title: "shop", files: [file("graphs/a.json", "old"), file("events/e.yaml")] };
    expect(assembleWorkspace([file("a.json", "new"), file("events/f.yaml")], before)).toEqual({ title: "shop", beside: [], files: [file("graphs/a.json", "new"), file("events/e.yaml"), file("events/f.yaml")] });
    expect(paths(assembleWorkspace([file("graphs/b.json")], before))).toEqual(["graphs/a.json", "events/e.yaml", "graphs/b.json"]);
    expect(assembleWorkspace([file("other/graphs/b.json")], before)).toMatchObject({ title: "other", files: [file("graphs/b.json")] });
  });

  it("makes nothing of what holds no graph", () => {
    expect(assembleWorkspace([], null)).toBeNull();
    expect(assembleWorkspace([file("readme.txt")], null)).toBeNull();
    expect(assembleWorkspace([file("events/e.yaml")], null)).toBeNull();
  });
});
