// Bundles one script for each renderer; `RAYCAST_OUT` names the folder.
export default {
  publicDir: false,
  logLevel: "warn",
  build: {
    outDir: process.env.RAYCAST_OUT,
    emptyOutDir: false,
    target: "es2022",
    chunkSizeWarningLimit: 10_000,
    lib: {
      entry: { ours: "ours.ts", vtkjs: "vtkjs.mjs", niivue: "niivue.mjs" },
      formats: ["es"],
    },
  },
};
