import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { gzipSync } from "node:zlib";
import { parse } from "acorn";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, expect, it } from "vitest";
import { outsideScope } from "../../react/test/support/styles.ts";

const HERE = `${import.meta.dirname}/..`;

let folder: string;
let tarball: string;
let dist: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dagnet-realtime-package-"));
  tarball = execFileSync(process.execPath, [join(HERE, "pack.js"), folder], { encoding: "utf8" }).trim().split("\n").at(-1) ?? "";
  dist = join(folder, "package/dist");
}, 180_000);
afterAll(() => { rmSync(folder, { recursive: true, force: true }); });

const scripts = (): string[] => readdirSync(dist, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js")).map((name) => join(dist, name));

/** What a script imports at once; a syntax newer than that of ES2020 is an error. */
function importsOf(file: string): string[] {
  return parse(readFileSync(file, "utf8"), { ecmaVersion: 2020, sourceType: "module" }).body.flatMap((statement) =>
    "source" in statement && typeof statement.source?.value === "string" ? [statement.source.value] : [],
  );
}

/** A file and what it imports at once of its own package, by their paths. */
function closure(file: string, found = new Set<string>()): Set<string> {
  if (found.has(file)) return found;
  found.add(file);
  for (const name of importsOf(file)) if (name.startsWith(".")) closure(join(dirname(file), name), found);
  return found;
}

it("EMB-40: publint and arethetypeswrong find nothing", async () => {
  const { messages, pkg } = await publint({ pkgDir: join(folder, "package"), strict: true });
  expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  // The package has ES modules only: what CommonJS and Node 10 would see is left out.
  const attw = join(HERE, "../node_modules/@arethetypeswrong/cli/dist/index.js");
  const told = execFileSync(process.execPath, [attw, tarball, "--profile", "esm-only", "--no-emoji", "--no-color", "--exclude-entrypoints", "./picture.css", "./panel.css"], { encoding: "utf8" });
  expect(told.match(/^bundler: OK/gm)).toHaveLength(8);
}, 120_000);

it.each([["index", 40], ["layer", 16], ["react", 20], ["panel", 35]] as const)("PIC-46: the entry %s weighs at most %i kB gzipped, with all that it imports at once", (name, most) => {
  const files = [...closure(join(dist, `${name}.js`))];
  const weight = files.reduce((sum, file) => sum + gzipSync(readFileSync(file)).length, 0);
  expect(weight / 1000, files.map((file) => relative(dist, file)).join(", ")).toBeLessThanOrEqual(most);
});

it("EMB-40: scripts are modules in the syntax of ES2020 that require, evaluate and inline nothing", () => {
  const bad = /\brequire\s*\(|\beval\s*\(|new Function\b|createObjectURL|["'`]data:|createElement\("style"\)|adoptedStyleSheets/;
  for (const file of scripts()) {
    const code = readFileSync(file, "utf8");
    // A file that a person downloads is no script.
    const run = /shared.download-/.test(file) ? code.replace("createObjectURL", "") : code;
    expect(bad.exec(run)?.[0], relative(dist, file)).toBeUndefined();
    expect(() => importsOf(file), relative(dist, file)).not.toThrow();
  }
});

it("EMB-40: only the picture asks for React Flow, only React entries for React, and styles are in two files", () => {
  const external = (name: string): string[] => [...closure(join(dist, `${name}.js`))].flatMap(importsOf).filter((from) => !from.startsWith("."));
  expect([external("index"), external("layer"), external("token"), external("pusher-auth")]).toEqual([[], [], [], []]);
  expect(new Set(external("react"))).toEqual(new Set(["react", "react/jsx-runtime"]));
  expect(new Set(external("picture"))).toEqual(new Set(["react", "react/jsx-runtime", "@xyflow/react"]));
  expect(new Set(external("panel"))).toEqual(new Set(["react", "react-dom", "react/jsx-runtime"]));
  expect(readdirSync(dist).filter((name) => name.endsWith(".css"))).toEqual(["panel.css", "picture.css"]);
});

it.each([["picture.css", ".react-flow__pane"], ["panel.css", ".dr-panel"]])("PIC-72: the packaged sheet %s styles nothing outside the scope, and has no fonts", (name, has) => {
  const sheet = readFileSync(join(dist, name), "utf8");
  expect(sheet).toContain(has);
  expect(outsideScope(sheet)).toEqual([]);
  expect(gzipSync(sheet).length / 1000).toBeLessThanOrEqual(12);
});

it("EMB-40: every name of the exports is in the tarball, with types, licences and no test", () => {
  const listed = execFileSync("tar", ["-tzf", tarball], { encoding: "utf8" }).trim().split("\n").map((name) => name.replace(/^package\//, ""));
  const { exports } = JSON.parse(readFileSync(join(folder, "package/package.json"), "utf8")) as { exports: Record<string, string | Record<string, string>> };
  const named = Object.values(exports).flatMap((target) => (typeof target === "string" ? [target] : Object.values(target))).map((name) => name.slice(2));
  expect(named.filter((name) => !listed.includes(name))).toEqual([]);
  expect(listed).toEqual(expect.arrayContaining(["LICENSE", "README.md", "dist/NOTICES.md"]));
  expect(listed.filter((name) => /\.test\.|(?:^|\/)(?:test|src)\/|\.tsx?$/.test(name) && !name.endsWith(".d.ts"))).toEqual([]);
  expect(existsSync(tarball)).toBe(true);
});
