/** Builds `/tap.js` into the Python package beside the interface; with `--mode npm` the module that a bundler takes, into `dist/`. */
import { defineConfig } from "vite";

export default defineConfig(({ mode }) => {
  const npm = mode === "npm";
  return {
    root: import.meta.dirname,
    build: {
      outDir: npm ? "dist" : "../../src/dagnet_realtime/web/static",
      // The interface stands there already.
      emptyOutDir: npm,
      target: "es2022",
      lib: npm ? { entry: "src/index.ts", formats: ["es"], fileName: () => "tap.js" } : { entry: "src/script.ts", formats: ["iife"], name: "dagnetRealtime", fileName: () => "tap.js" },
    },
  };
});
