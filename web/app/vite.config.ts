/** Builds the interface into the Python package, so that the wheel carries it. */
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  // Relative addresses: the same files work under the server, on any web host and in any folder of it.
  base: "./",
  plugins: [react()],
  build: {
    outDir: "../../src/dagnet_realtime/web/static",
    emptyOutDir: true,
    target: "es2022",
    // The content security policy allows no data: fonts and no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
});
