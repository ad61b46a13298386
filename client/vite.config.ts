import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "../src/abaton/server/static",
    emptyOutDir: true,
    target: "es2022",
    sourcemap: false,
    // The content security policy allows neither data: scripts nor inline ones, so nothing is inlined.
    assetsInlineLimit: 0,
    license: { fileName: "licenses.md" },
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 900, // three.js alone is 700 kB before compression
    rolldownOptions: { input: { console: "console.html", room: "room.html" } },
  },
  // `npx vite` serves the pages with hot reload in front of a running `abaton serve`.
  server: { proxy: { "/api": { target: server, ws: true } } },
  test: { include: ["src/**/*.test.{ts,tsx}"], passWithNoTests: true },
});
