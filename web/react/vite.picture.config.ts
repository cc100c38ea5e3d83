// Builds the picture's bench page (picture.html), apart from the interface that ships.
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  root: import.meta.dirname,
  base: "./",
  plugins: [react()],
  worker: { format: "es" },
  build: { target: "es2022", outDir: "dist/picture", emptyOutDir: true, rollupOptions: { input: "picture.html" } },
});
