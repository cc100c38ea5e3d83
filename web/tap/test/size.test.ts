import { gzipSync } from "node:zlib";
import { build, type Rolldown } from "vite";
import { expect, it } from "vitest";

const root = new URL("..", import.meta.url).pathname;

async function size(entry: string): Promise<number> {
  const built = (await build({ root, configFile: false, logLevel: "silent", build: { write: false, target: "es2022", lib: { entry, formats: ["iife"], name: "dagnetRealtime" } } })) as Rolldown.RolldownOutput[];
  return gzipSync(built[0]?.output[0].code ?? "").length;
}

it("PIC-46: what hears, without redaction and sinks, has at most 3 kB, gzipped", async () => {
  expect(await size("test/core.ts")).toBeLessThanOrEqual(3 * 1024);
});

it("PIC-46: all of /tap.js has at most 11 kB, gzipped", async () => {
  expect(await size("src/script.ts")).toBeLessThanOrEqual(11 * 1024);
});
