import { resolve } from "node:path";
import { defineConfig } from "vite";

// The `crowd-*` elements: one classic script under a name that does not change, as pages load it with a plain tag.
export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: resolve(import.meta.dirname, "../src/assay/static/crowd"),
    emptyOutDir: true,
    lib: { entry: resolve(import.meta.dirname, "apps/crowd/src/index.ts"), formats: ["iife"], name: "assayCrowd", fileName: () => "crowd.js" },
  },
});
