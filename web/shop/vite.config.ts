/** Builds the sample shop as one classic script, which runs under a server, on any web host and from disk. */
import { resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";

/** Browsers load no module scripts from disk, so the page asks for a plain one. */
function classic(): Plugin {
  return {
    name: "classic-script",
    enforce: "post",
    transformIndexHtml: (html) => html.replace(/<script type="module" crossorigin/g, "<script defer").replace(/(<link rel="stylesheet") crossorigin/g, "$1"),
  };
}

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  plugins: [classic()],
  build: {
    outDir: resolve(import.meta.dirname, "../../src/dagnet_realtime/web/static/shop"),
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    modulePreload: false,
    // A file of its own: the content security policy allows no styles that a script makes.
    cssCodeSplit: false,
    // Parts of the SDK that a shop never calls mention `import.meta`, which a classic script cannot have.
    rolldownOptions: { transform: { define: { "import.meta": "{}" } }, output: { format: "iife", codeSplitting: false, entryFileNames: "shop.js", assetFileNames: "[name][extname]" } },
  },
});
