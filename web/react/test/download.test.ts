// @vitest-environment jsdom
import { expect, it, vi } from "vitest";
import { download } from "../src/download.ts";

it("hands a text to the browser under its name, and frees it", () => {
  const made: string[] = [];
  vi.stubGlobal("URL", { createObjectURL: (blob: Blob) => (made.push(blob.type), "blob:x"), revokeObjectURL: (address: string) => made.push(address) });
  const click = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    made.push(this.download);
  });
  download("a.yaml", "x: 1", "application/yaml");
  expect(made).toEqual(["application/yaml", "a.yaml", "blob:x"]);
  click.mockRestore();
  vi.unstubAllGlobals();
});
