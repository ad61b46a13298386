// Bundles `volume_entry.ts` into the folder named by the argument, as a script that defines `volume`.
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const client = new URL("../../client/package.json", import.meta.url);
const { build } = await import(createRequire(client).resolve("vite"));
await build({
  configFile: false,
  root: fileURLToPath(new URL("../../client", import.meta.url)),
  publicDir: false,
  logLevel: "error",
  build: {
    outDir: process.argv[2],
    emptyOutDir: false,
    target: "es2022",
    lib: {
      entry: fileURLToPath(new URL("volume_entry.ts", import.meta.url)),
      formats: ["iife"],
      name: "volume",
      fileName: () => "volume.js",
    },
  },
});
