// @vitest-environment jsdom
import { afterEach, expect, it, vi } from "vitest";
import type { OfflineController } from "../../../src/offline/controller.ts";
import { readFiles, type FileCandidate } from "../../../src/offline/files.ts";
import { pickFiles, pickFolder } from "../../../src/ui/open/picking.ts";

/** The browser's question, answered by the test. */
function asked(): HTMLInputElement[] {
  const inputs: HTMLInputElement[] = [];
  vi.spyOn(HTMLInputElement.prototype, "click").mockImplementation(function (this: HTMLInputElement) { inputs.push(this); });
  return inputs;
}

function opening() {
  const given: string[][] = [];
  const give = async (candidates: Iterable<FileCandidate> | AsyncIterable<FileCandidate>): Promise<void> => {
    given.push((await readFiles(candidates)).files.map(({ path }) => path));
  };
  return { given, opening: { openFiles: give } as unknown as OfflineController };
}

afterEach(() => { vi.restoreAllMocks(); });

it("TAP-31: asks for a folder by a file input if the browser has no other way", async () => {
  const inputs = asked();
  const { opening: to, given } = opening();
  await pickFolder(to, {});
  expect(inputs[0]).toMatchObject({ type: "file", multiple: true, webkitdirectory: true });
  const file = Object.assign(new File(["{}"], "g.json"), { text: () => Promise.resolve("{}") });
  Object.defineProperty(inputs[0], "files", { value: [file] });
  inputs[0]?.dispatchEvent(new Event("change"));
  await vi.waitFor(() => { expect(given).toEqual([["g.json"]]); });
});

it("TAP-31: asks by File System Access if the browser has it, and takes a dismissed dialog for an answer", async () => {
  const inputs = asked();
  const { opening: to, given } = opening();
  await pickFolder(to, { showDirectoryPicker: () => Promise.resolve({ name: "shop", async *values() { yield await Promise.resolve({ kind: "file", name: "g.json", getFile: () => Promise.resolve({ size: 2, text: () => Promise.resolve("{}") }) }); } } as unknown as FileSystemDirectoryHandle) });
  expect(given).toEqual([["shop/g.json"]]);
  await pickFolder(to, { showDirectoryPicker: () => Promise.reject(new DOMException("closed", "AbortError")) });
  expect(inputs).toEqual([]);
  await pickFolder(to, { showDirectoryPicker: () => Promise.reject(new DOMException("not here", "SecurityError")) });
  expect(inputs).toHaveLength(1);
});

it("asks for single files", () => {
  const inputs = asked();
  pickFiles(opening().opening);
  expect(inputs[0]?.accept).toBe(".json,.yaml,.yml");
});
