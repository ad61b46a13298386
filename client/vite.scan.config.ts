import { defineConfig } from "vite";

// The 3-D view of a report on a scan: one script that Python puts into the page, which then opens from a file.
export default defineConfig({
  publicDir: false,
  build: {
    outDir: "../src/abaton/pages",
    // The folder holds the Python that writes the pages.
    emptyOutDir: false,
    target: "es2022",
    sourcemap: false,
    reportCompressedSize: false,
    lib: { entry: "src/scan/main.ts", formats: ["iife"], name: "abatonScan", fileName: () => "viewer.js" },
  },
});
