/** Builds the evaluator into the Python package: one plain script for V8 or Node, which know no bundler. */
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: "../../src/dagnet_realtime/cli/expect",
    emptyOutDir: false,
    target: "es2022",
    lib: { entry: "src/main.ts", formats: ["iife"], name: "unused", fileName: () => "evaluator.js" },
  },
});
