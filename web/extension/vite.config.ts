/** Builds the extension into `dist/`: every part stands alone, because content scripts cannot import. */
import { build, defineConfig, type UserConfig } from "vite";

/** Built names, which Chromium remembers of scripts it has registered, and their modules. */
const PARTS: Readonly<Record<string, string>> = { relay: "pageContent", picture: "hostContent", worker: "worker", popup: "popup" };

const part = (name: string, outDir: string): UserConfig => ({
  root: import.meta.dirname,
  configFile: false,
  logLevel: "warn",
  // The other parts stand there.
  build: { outDir, emptyOutDir: false, target: "es2022", lib: { entry: `src/${PARTS[name] ?? name}.ts`, formats: ["iife"], name, fileName: () => `${name}.js` } },
});

export default defineConfig(() => {
  let outDir = "dist";
  return {
    ...part("page", outDir),
    plugins: [
      {
        name: "the-other-parts",
        configResolved: ({ build: { outDir: asked } }) => { outDir = asked; },
        closeBundle: async () => { for (const name of Object.keys(PARTS)) await build(part(name, outDir)); },
      },
    ],
  };
});
