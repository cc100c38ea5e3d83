/** Builds the interface into the Python package, so that the wheel carries it. */
import { rmSync } from "node:fs";
import { resolve } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const out = resolve(import.meta.dirname, "../../src/dagnet_realtime/web/static");

export default defineConfig({
  root: import.meta.dirname,
  // Relative addresses: the same files work under the server, on any web host and in any folder of
  // it.
  base: "./",
  resolve: { alias: { "d3-transition": resolve(import.meta.dirname, "src/noTransitions.ts") } },
  plugins: [
    react(),
    {
      // Only what this build made, and just before it is made anew: the shop and the tap stand in
      // the same folder and are built by themselves.
      name: "empty-assets",
      apply: "build",
      generateBundle() {
        rmSync(resolve(out, "assets"), { recursive: true, force: true });
      },
    },
  ],
  build: {
    outDir: out,
    emptyOutDir: false,
    target: "es2022",
    // The content security policy allows no data: fonts and no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900,
    // One chunk for all that the page starts with: pieces that other chunks share compress worse.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: "start", tags: ["$initial"] }] } } },
  },
});
