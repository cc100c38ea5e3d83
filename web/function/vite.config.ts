/** Builds the function into the Python package: one readable file to paste into Segment's editor, which knows no modules. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig } from "vite";

const root = import.meta.dirname;
const head = readFileSync(resolve(root, "head.txt"), "utf8");

export default defineConfig({
  root,
  plugins: [{ name: "no-modules", generateBundle: (_options, files) => { for (const file of Object.values(files)) if (file.type === "chunk") file.code = head + file.code.replace(/^export \{[^}]*\};?\n?/m, ""); } }],
  build: {
    outDir: "../../src/dagnet_realtime/functions",
    emptyOutDir: false,
    minify: false,
    target: "es2022",
    lib: { entry: "src/main.ts", formats: ["es"], fileName: () => "destination.js" },
  },
});
