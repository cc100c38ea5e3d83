/** Builds the npm package: the workspace's packages bundled into its entries, with their types. */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { rollup } from "rollup";
import { dts } from "rollup-plugin-dts";
import { defineConfig, type Plugin } from "vite";

const HERE = import.meta.dirname;
const OUT = process.env["PACKAGE_OUT"] ?? resolve(HERE, "dist");

/** The entry `.` is built apart, so that no other carries what only it uses; the panel, since its
 * styles are a file of their own.
 */
const APART = ["index", "panel"].find((name) => name === process.env["PACKAGE_ENTRY"]);
const NAMES = ["index", "layer", "react", "panel", "picture", "pusher-auth", "token"];
const ENTRIES = Object.fromEntries(NAMES.map((name) => [name, resolve(HERE, `src/${name}.ts`)]));
const PEERS = [/^react(\/|$)/, /^react-dom(\/|$)/, /^@xyflow\/react$/];

/** What is bundled from other packages, and whose licences go with it. */
const BUNDLED = [["@dagrejs/dagre", "LICENSE"], ["@floating-ui/dom", "LICENSE"], ["@tanstack/react-virtual", "LICENSE"], ["lucide-react", "LICENSE"], ["pusher-js", "LICENCE"], ["radix-ui", "LICENSE"]] as const;

/** Private fields as plain ones: in ES2020 they would become weak maps, a tenth of the weight. */
function plainFields(): Plugin {
  const here = resolve(HERE, "..");
  return {
    name: "plain-fields",
    enforce: "pre",
    transform(code, id) {
      if (!id.startsWith(here) || id.includes("node_modules") || !/\.tsx?$/.test(id)) return null;
      const plain = code.replace(/\.#(?=[a-z])/gi, "._").replace(/^(\s+(?:(?:static|readonly|async|get|set|override)\s+)*)#(?=[a-z])/gim, "$1_");
      return { code: plain, map: null };
    },
  };
}

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
      const bundle = await rollup({ input: ENTRIES, external: [...PEERS, /\.css$/], plugins: [dts({ tsconfig: resolve(HERE, "tsconfig.json"), compilerOptions: { types: [] } })], logLevel: "silent" });
      await bundle.write({ dir: OUT, format: "es", entryFileNames: "[name].d.ts", chunkFileNames: "types/[name]-[hash].d.ts" });
      await bundle.close();
    },
  };
}

export default defineConfig({
  root: HERE,
  base: "./",
  plugins: [plainFields(), ...(APART === undefined ? [notices(), types()] : [])],
  oxc: { jsx: { runtime: "automatic", development: false } },
  // Our popovers are never modal, so nothing locks the page's scrolling: what does it injects styles.
  resolve: { alias: { "react-remove-scroll": resolve(HERE, "src/support/removeScroll.ts") } },
  worker: { format: "es" },
  build: {
    outDir: OUT,
    emptyOutDir: false,
    target: "es2020",
    assetsInlineLimit: 0,
    modulePreload: false,
    sourcemap: true,
    lib: {
      entry: Object.fromEntries(Object.entries(ENTRIES).filter(([name]) => (APART === undefined ? !["index", "panel"].includes(name) : name === APART))),
      formats: ["es"],
      cssFileName: APART === "panel" ? "panel" : "picture",
    },
    // `Icon` of lucide is marked as a client component; here nothing is rendered by a server.
    rolldownOptions: {
      checks: { moduleLevelDirective: false },
      external: PEERS,
      // The layer in one file: two weigh half a kilobyte more.
      output: { chunkFileNames: "shared/[name]-[hash].js", minify: true, codeSplitting: { groups: [{ name: "layer", test: /[\\/]layer[\\/]src[\\/]/ }] } },
    },
  },
});
