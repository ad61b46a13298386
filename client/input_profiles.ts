import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Plugin } from "vite";

const PROFILES = ["generic-hand", "meta-quest-touch-plus", "pico-4u"];
const FILES = ["profile.json", "left.glb", "right.glb"];

const assets = dirname(createRequire(import.meta.url).resolve("@webxr-input-profiles/assets/package.json"));

/** Everything under `/profiles/`, by its path there: the models of hands and controllers, and their list. */
async function profileFile(path: string): Promise<Uint8Array | string | null> {
  if (path === "profilesList.json") {
    return JSON.stringify(
      Object.fromEntries(PROFILES.map((name) => [name, { path: `${name}/profile.json` }])),
    );
  }
  const [name = "", file = ""] = path.split("/");
  if (!PROFILES.includes(name) || !FILES.includes(file)) return null;
  return readFile(join(assets, "dist", "profiles", name, file));
}

/**
 * Serves the WebXR input profiles from our own address, as `/profiles/<name>/<file>`.
 *
 * three.js would fetch them from a content delivery network; a clinic's room fetches nothing from outside.
 */
export function inputProfiles(): Plugin {
  return {
    name: "abaton-input-profiles",
    configureServer(server) {
      server.middlewares.use("/profiles/", async (request, response, next) => {
        const source = await profileFile((request.url ?? "").replace(/^\//, ""));
        if (source === null) next();
        else response.end(source);
      });
    },
    async generateBundle() {
      const paths = [
        "profilesList.json",
        ...PROFILES.flatMap((name) => FILES.map((file) => `${name}/${file}`)),
      ];
      for (const path of paths) {
        const source = await profileFile(path);
        if (source !== null) this.emitFile({ type: "asset", fileName: `profiles/${path}`, source });
      }
    },
  };
}
