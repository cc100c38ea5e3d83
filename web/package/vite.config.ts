/** Builds the npm package: the workspace's packages bundled into four entries, with their types. */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { rollup } from "rollup";
import { dts } from "rollup-plugin-dts";
import { defineConfig, type Plugin } from "vite";

const HERE = import.meta.dirname;
const OUT = process.env["PACKAGE_OUT"] ?? resolve(HERE, "dist");

const ENTRIES = Object.fromEntries(["index", "layer", "react", "picture"].map((name) => [name, resolve(HERE, `src/${name}.ts`)]));
const PEERS = [/^react(\/|$)/, /^react-dom(\/|$)/, /^@xyflow\/react$/];

/** What is bundled from other packages, and whose licences go with it. */
const BUNDLED = [["@dagrejs/dagre", "LICENSE"], ["lucide-react", "LICENSE"], ["pusher-js", "LICENCE"]] as const;

/** Licences of what is bundled, in a file beside it. */
function notices(): Plugin {
  return {
    name: "notices",
    apply: "build",
    writeBundle() {
      const texts = BUNDLED.map(([name, file]) => `# ${name}\n\n${readFileSync(resolve(HERE, "../node_modules", name, file), "utf8").trim()}\n`);
      writeFileSync(resolve(OUT, "NOTICES.md"), texts.join("\n"));
    },
  };
}

/** Types as one declaration file an entry, in a build of their own. */
function types(): Plugin {
  return {
    name: "types",
    apply: "build",
    async closeBundle() {
      const bundle = await rollup({ input: ENTRIES, external: [...PEERS, /\.css$/], plugins: [dts({ tsconfig: resolve(HERE, "tsconfig.json"), compilerOptions: { types: [] } })] });
      await bundle.write({ dir: OUT, format: "es", entryFileNames: "[name].d.ts", chunkFileNames: "types/[name]-[hash].d.ts" });
      await bundle.close();
    },
  };
}

export default defineConfig({
  root: HERE,
  base: "./",
  plugins: [notices(), types()],
  oxc: { jsx: { runtime: "automatic", development: false } },
  worker: { format: "es" },
  build: {
    outDir: OUT,
    emptyOutDir: true,
    target: "es2020",
    assetsInlineLimit: 0,
    modulePreload: false,
    sourcemap: true,
    lib: {
      entry: ENTRIES,
      formats: ["es"],
      cssFileName: "picture",
    },
    // `Icon` of lucide is marked as a client component; here nothing is rendered by a server.
    rolldownOptions: {
      checks: { moduleLevelDirective: false },
      external: PEERS,
      output: { chunkFileNames: "shared/[name]-[hash].js", minify: true },
    },
  },
});
