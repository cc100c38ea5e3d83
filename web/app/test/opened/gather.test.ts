import { expect, it } from "vitest";
import { dropped, granted, picked, read, type Candidate } from "../../src/opened/gather.ts";

const candidate = (path: string, size = 1): Candidate => ({ path, size, text: () => Promise.resolve(path) });

it("TAP-32: reads texts of a workspace and nothing else", async () => {
  const { files, left } = await read([candidate("a/graphs/g.json"), candidate("a/x.png"), candidate("a/events/e.YAML")]);
  expect(files.map(({ path }) => path)).toEqual(["a/graphs/g.json", "a/events/e.YAML"]);
  expect(left).toEqual([]);
});

it("TAP-32: says what it left out: too large, too much, too many, unreadable", async () => {
  const megabytes = (n: number): number => n * 1024 * 1024;
  const broken: Candidate = { path: "b.json", size: 1, text: () => Promise.reject(new Error("gone")) };
  expect((await read([candidate("a.json", megabytes(6)), broken])).left).toEqual(["a.json is larger than 5 MB.", "b.json could not be read."]);
  const heavy = await read(Array.from({ length: 9 }, (_, n) => candidate(`${n}.json`, megabytes(4))));
  expect([heavy.files.length, heavy.left]).toEqual([7, ["All files together are larger than 30 MB; the rest was not read."]]);
  const many = await read(Array.from({ length: 20_010 }, (_, n) => candidate(`${n}.png`)));
  expect(many.left).toEqual(["There are more than 20000 files; the rest was not looked at."]);
});

it("passes over hidden folders and those of tools when a folder is picked", () => {
  const file = (path: string) => ({ webkitRelativePath: path, name: path, size: 1, text: () => Promise.resolve("") }) as unknown as File;
  const found = [...picked([file("a/graphs/g.json"), file("a/.git/x.json"), file("a/node_modules/x/y.json"), file("a/parameters/p.yaml")])];
  expect(found.map(({ path }) => path)).toEqual(["a/graphs/g.json"]);
});

it("walks a dropped folder, in portions, and forgives what it may not read", async () => {
  const leaf = (name: string, readable = true) => ({ name, isDirectory: false, file: (done: (file: File) => void, fail: () => void) => { if (readable) done({ size: 2, text: () => Promise.resolve("{}") } as File); else fail(); } });
  const folder = (name: string, children: readonly object[]) => ({ name, isDirectory: true, createReader: () => { const left = [...children]; return { readEntries: (done: (portion: object[]) => void) => { done(left.splice(0, 1)); } }; } });
  const item = { kind: "file", webkitGetAsEntry: () => folder("shop", [folder("graphs", [leaf("a.json"), leaf("b.json", false)]), folder(".git", [leaf("c.json")])]) };
  const { files, left } = await read(dropped([item as unknown as DataTransferItem, { kind: "string", webkitGetAsEntry: () => null }]));
  expect(files).toEqual([{ path: "shop/graphs/a.json", text: "{}" }]);
  expect(left).toEqual(["shop/graphs/b.json could not be read."]);
});

it("takes a drop by its handles where the browser gives them", async () => {
  const leaf = (name: string) => ({ kind: "file", name, getFile: () => Promise.resolve({ size: 2, text: () => Promise.resolve("{}") }) });
  const shop = { kind: "directory", name: "shop", async *values() { yield await Promise.resolve(leaf("nodes-index.yaml")); } };
  const item = (handle: object | null, entry: object | null = null) => ({ kind: "file", webkitGetAsEntry: () => entry as FileSystemEntry | null, getAsFileSystemHandle: () => (handle === null ? Promise.reject(new Error("no")) : Promise.resolve(handle as FileSystemHandle)) });
  const { files } = await read(dropped([item(shop), item(leaf("a.json")), item(null)]));
  expect(files.map(({ path }) => path)).toEqual(["shop/nodes-index.yaml", "a.json"]);
});

it("walks a folder that the browser lets it read", async () => {
  const leaf = (name: string) => ({ kind: "file", name, getFile: () => Promise.resolve({ size: 2, text: () => Promise.resolve("{}") }) });
  const folder = (name: string, children: readonly object[]): object => ({ kind: "directory", name, async *values() { for (const child of children) yield await Promise.resolve(child); } });
  const { files } = await read(granted(folder("shop", [folder("graphs", [leaf("a.json"), leaf("a.png")]), folder("node_modules", [leaf("b.json")])]) as FileSystemDirectoryHandle));
  expect(files.map(({ path }) => path)).toEqual(["shop/graphs/a.json"]);
});
