/** Builds one part of the extension, named by the mode, into `dist/`: every part stands alone, because content scripts cannot import. */
import { defineConfig } from "vite";

export default defineConfig(({ mode }) => ({
  root: import.meta.dirname,
  build: {
    outDir: "dist",
    // The other parts stand there.
    emptyOutDir: false,
    target: "es2022",
    lib: { entry: `src/${mode}.ts`, formats: ["iife"], name: mode, fileName: () => `${mode}.js` },
  },
}));
