/** Builds the interface as one file that needs no server and asks for nothing: from disk, or from any web host. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

const POLICY = ["default-src 'none'", "img-src data: blob:", "font-src data:", "worker-src blob:", "frame-src 'self'", "connect-src 'none'", "base-uri 'none'", "form-action 'none'"];
const WORKER = /new Worker\(new URL\("\.\/layout\.worker\.ts", import\.meta\.url\), \{ type: "module" \}\)/;

/** A worker has no file of its own to come from. */
function inlineWorker(): Plugin {
  return {
    name: "inline-worker",
    enforce: "pre",
    transform(code, id) {
      if (!id.endsWith("/layout/layoutWorker.ts")) return null;
      if (!WORKER.test(code)) throw new Error("layoutWorker.ts opens its worker in another way");
      return `import LayoutWorker from "./layout.worker.ts?worker&inline";\n${code.replace(WORKER, "new LayoutWorker()")}`;
    },
  };
}

const hashOf = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** A page's icon is a file of its own by default, and then the logo, which is the same picture, is as well. */
function inlineIcon(): Plugin {
  const icon = readFileSync(resolve(import.meta.dirname, "src/ui/icon.svg"), "utf8");
  return {
    name: "inline-icon",
    transformIndexHtml: { order: "pre", handler: (html) => html.replace("./src/ui/icon.svg", `data:image/svg+xml,${encodeURIComponent(icon)}`) },
  };
}

/** Puts script and style into the page, under a policy that knows them by their hashes: browsers load no modules from disk. */
function oneFile(): Plugin {
  return {
    name: "one-file",
    enforce: "post",
    generateBundle(_, bundle) {
      let html = "";
      let script = "";
      let style = "";
      for (const [name, part] of Object.entries(bundle)) {
        if (part.type === "chunk") script += part.code;
        else if (name.endsWith(".css")) style += String(part.source);
        else if (name === "index.html") html = String(part.source);
        else throw new Error(`${name} is left beside the page`);
        Reflect.deleteProperty(bundle, name);
      }
      script = script.replaceAll("</script", "<\\/script").replaceAll("<!--", "\\x3C!--").replaceAll("\r", "");
      style = style.replaceAll("\r", "");
      const policy = [...POLICY, `script-src ${hashOf(script)}`, `style-src ${hashOf(style)}`].join("; ");
      const page = html
        .replace(/\s*<script[^>]*theme\.js"><\/script>/, "")
        .replace(/\s*<(?:script type="module"|link rel="(?:stylesheet|modulepreload)")[^>]*>(?:<\/script>)?/g, "")
        .replace("<html ", "<html data-static ")
        .replace("</title>", () => `</title>\n    <meta http-equiv="content-security-policy" content="${policy}" />\n    <style>${style}</style>`)
        .replace("</body>", () => `  <script>${script}</script>\n  </body>`);
      this.emitFile({ type: "asset", fileName: "index.html", source: page });
    },
  };
}

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  // The page's own script sets the theme: it stands in the same file.
  publicDir: false,
  resolve: { alias: { "d3-transition": resolve(import.meta.dirname, "src/noTransitions.ts") } },
  plugins: [inlineWorker(), inlineIcon(), react(), oneFile()],
  worker: { format: "iife" },
  build: {
    outDir: resolve(import.meta.dirname, "../../src/dagnet_realtime/web/alone"),
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: Number.MAX_SAFE_INTEGER,
    cssCodeSplit: false,
    modulePreload: false,
    chunkSizeWarningLimit: 1_500,
    // The helper that loads parts later mentions `import.meta`; here everything is there from the first.
    rolldownOptions: { checks: { emptyImportMeta: false }, output: { format: "iife", codeSplitting: false } },
  },
});
