// @vitest-environment jsdom
import { readFileSync } from "node:fs";
import { build } from "vite";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { journey } from "./bench/sample.ts";
import { preparePage } from "./support/page.tsx";
import { outsideScope } from "./support/styles.ts";

const WEB = `${import.meta.dirname}/../..`;
const HOMES = { 18: `${WEB}/react18/node_modules`, 19: `${WEB}/node_modules` } as const;

/** Bundles the host with one React; answers the script and the style sheet. */
async function bundle(home: string): Promise<{ script: string; sheet: string }> {
  const built = await build({
    configFile: false,
    mode: "production",
    oxc: { jsx: { runtime: "automatic", development: false } },
    logLevel: "silent",
    root: WEB,
    define: { "process.env.NODE_ENV": '"production"' },
    resolve: { alias: [{ find: /^react-dom(\/|$)/, replacement: `${home}/react-dom$1` }, { find: /^react(\/|$)/, replacement: `${home}/react$1` }, { find: /^scheduler(\/|$)/, replacement: `${home}/scheduler$1` }] },
    build: { write: false, minify: false, lib: { entry: `${import.meta.dirname}/support/mount.tsx`, formats: ["iife"], name: "host" } },
  });
  const outputs = Array.isArray(built) ? built.flatMap(({ output }) => output) : "output" in built ? built.output : [];
  const script = outputs.find((output) => output.type === "chunk");
  const sheet = outputs.find(({ fileName }) => fileName.endsWith(".css"));
  if (script?.type !== "chunk" || sheet?.type !== "asset") throw new Error("nothing was built");
  return { script: script.code, sheet: Buffer.from(sheet.source).toString() };
}

describe("the embeddable picture", () => {
  beforeEach(preparePage);
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
  });

  it.each([18, 19] as const)("PIC-71, PIC-72: mounts, lights a node and leaves under React %i", async (major) => {
    const installed = JSON.parse(readFileSync(`${HOMES[major]}/react/package.json`, "utf8")) as { version: string };
    const { script, sheet } = await bundle(HOMES[major]);
    expect(outsideScope(sheet)).toEqual([]);
    expect(sheet).toContain(".react-flow__pane");
    // The bundle is our own code; running it as a script is what a host page does.
    // oxlint-disable-next-line typescript/no-implied-eval, typescript/no-unsafe-call
    new Function(script)();
    const element = document.createElement("div");
    document.body.append(element);
    const host = globalThis.mountPicture(element, journey());
    await vi.waitFor(() => { expect(element.querySelectorAll(".dr-card")).toHaveLength(12); });
    await vi.waitFor(() => {
      host.hit("landing");
      expect(element.querySelector('[data-node="landing"]')?.getAttribute("data-seen")).toBe("lit");
    });
    expect(host.version).toBe(installed.version);
    expect(host.version.startsWith(`${major}.`)).toBe(true);
    host.unmount();
    await vi.waitFor(() => { expect(element.childElementCount).toBe(0); });
  });
});
