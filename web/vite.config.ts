import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { resolve } from "node:path";
import { defineConfig } from "vitest/config";

// Two pages, one build: each app has its own entry and what they share becomes shared chunks.
// `/work` is the worker's app and `/console` the console's; the server answers every path below them with the entry.
export default defineConfig({
  root: import.meta.dirname,
  base: "/static/",
  plugins: [react(), tailwindcss()],
  build: {
    outDir: resolve(import.meta.dirname, "../src/assay/static"),
    emptyOutDir: true,
    // The content security policy allows no inline script and no data: URL script, so nothing is inlined.
    assetsInlineLimit: 0,
    rollupOptions: {
      input: {
        worker: resolve(import.meta.dirname, "apps/worker/index.html"),
        console: resolve(import.meta.dirname, "apps/console/index.html"),
        annotator: resolve(import.meta.dirname, "apps/annotator/index.html"),
      },
    },
  },
  server: { proxy: { "/v1": "http://127.0.0.1:8700", "/media": "http://127.0.0.1:8700" } },
  test: { include: ["packages/*/tests/**/*.test.{ts,tsx}", "apps/*/tests/**/*.test.{ts,tsx}"] },
});
