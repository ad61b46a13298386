/** The scenes by name. `calm` comes with the page: it must appear without a network. */
import type { SceneFactory } from "../stage/scene";
import { makeCalm } from "./calm";

// biome-ignore lint/suspicious/noExplicitAny: each scene has a state of its own; the wire says which.
export const scenes: Record<string, () => Promise<SceneFactory<any>>> = {
  calm: async () => makeCalm,
  heights: async () => (await import("./heights")).makeHeights,
  lobby: async () => (await import("./lobby")).makeLobby,
};
