/** What every scene offers to the page that shows it. */
import type * as THREE from "three";
import type { SoundScape } from "./sound";

/** What a scene is given when it is built. */
export interface SceneSetting {
  renderer: THREE.WebGLRenderer;
  /** The same seed gives the same picture. */
  seed: number;
  /** Null where the browser has no audio. */
  sound: SoundScape | null;
}

/** A place drawn from a state. Lengths in metres, +Y up, -Z forward. */
export interface Scene<State = unknown> {
  /** Everything drawn. */
  readonly root: THREE.Group;
  /** Where the subject stands: the viewer's rig is made a child of this. */
  readonly standpoint: THREE.Object3D;
  readonly background: THREE.Color | THREE.Texture | null;
  readonly fog: THREE.Fog | THREE.FogExp2 | null;
  /** Where the in-scene panel hangs: a child of the standpoint, facing the subject. */
  readonly panelAnchor: THREE.Object3D;
  /** What the very first picture may do without, so that a weak device shows the place at once. */
  readonly details?: readonly THREE.Object3D[];
  /** Draws `state`; called once a frame, allocates nothing. */
  update(state: State, deltaSeconds: number, elapsedSeconds: number): void;
  /** Frees every geometry, material and texture of the scene. */
  dispose(): void;
}

export type SceneFactory<State> = (setting: SceneSetting) => Scene<State>;
