import * as THREE from "three";
import { scenes } from "../../../scenes/index.ts";
import type { Scene, SceneFactory } from "../../../stage/scene.ts";
import type { Rigid } from "../../../wire/pose.ts";

/** What the mirror shows: asked for anew at every frame. */
export interface MirrorSource {
  /** The scene by name: the experience's own, the lobby, or the calm place. */
  scene(): string;
  seed(): number;
  state(): Record<string, unknown>;
  /** The subject's head relative to where it stands; null while there is no pose. */
  head(): Rigid | null;
}

const STANDING_EYES_M = 1.6;
const FIELD_OF_VIEW_DEGREES = 72;
const MAX_PIXEL_RATIO = 1.25;
/** Resolution changes in steps, for each change costs new buffers. */
const FINENESS_STEPS = 6;

/** Draws the subject's view by the same scenes as the headset, from state alone. */
export class MirrorStage {
  private readonly renderer: THREE.WebGLRenderer;
  private readonly world = new THREE.Scene();
  private readonly camera = new THREE.PerspectiveCamera(FIELD_OF_VIEW_DEGREES, 16 / 9, 0.05, 4000);
  private readonly loaded = new Map<string, Scene<unknown>>();
  private shown: string | null = null;
  private loading: string | null = null;
  private lastMs: number | null = null;
  private elapsedS = 0;
  private over = false;
  private readonly source: MirrorSource;

  /** Throws where the browser has no WebGL. */
  constructor(canvas: HTMLCanvasElement, source: MirrorSource) {
    this.source = source;
    const context = canvas.getContext("webgl2", {
      alpha: true,
      antialias: true,
      powerPreference: "low-power",
    });
    if (!context) throw new Error("got no WebGL 2 from this browser, expected it for the patient's view");
    this.renderer = new THREE.WebGLRenderer({ canvas, context, antialias: true });
    this.renderer.setPixelRatio(Math.min(MAX_PIXEL_RATIO, window.devicePixelRatio));
    this.camera.position.set(0, STANDING_EYES_M, 0);
  }

  resize(width: number, height: number): void {
    this.renderer.setSize(width, height, false);
    this.camera.aspect = width / Math.max(1, height);
    this.camera.updateProjectionMatrix();
  }

  /** Draws coarser (towards 0) or at full resolution (1) from now on. */
  refine(fineness: number): void {
    const stepped = Math.max(1, Math.round(fineness * FINENESS_STEPS)) / FINENESS_STEPS;
    const ratio = Math.min(MAX_PIXEL_RATIO, window.devicePixelRatio) * stepped;
    if (ratio !== this.renderer.getPixelRatio()) this.renderer.setPixelRatio(ratio);
  }

  /** Draws one frame; a scene that is not loaded yet appears when it is. */
  draw(nowMs: number): void {
    const name = this.source.scene();
    if (name !== this.shown) this.change(name);
    const scene = this.shown === null ? undefined : this.loaded.get(this.shown);
    if (!scene) return;
    const deltaS = this.lastMs === null ? 0 : Math.min(0.25, (nowMs - this.lastMs) / 1000);
    this.lastMs = nowMs;
    this.elapsedS += deltaS;
    scene.update(this.source.state(), deltaS, this.elapsedS);
    this.look();
    this.renderer.render(this.world, this.camera);
  }

  dispose(): void {
    this.over = true;
    for (const scene of this.loaded.values()) scene.dispose();
    this.renderer.dispose();
    this.renderer.forceContextLoss();
  }

  private look(): void {
    const head = this.source.head();
    if (head) {
      const [x, y, z, qx, qy, qz, qw] = head;
      this.camera.position.set(x, y, z);
      this.camera.quaternion.set(qx, qy, qz, qw);
    } else {
      this.camera.position.set(0, STANDING_EYES_M, 0);
      this.camera.quaternion.identity();
    }
  }

  private change(name: string): void {
    const ready = this.loaded.get(name);
    if (ready) this.show(name, ready);
    else if (this.loading !== name) this.load(name);
  }

  private async load(name: string): Promise<void> {
    this.loading = name;
    const factory: SceneFactory<unknown> | undefined = await scenes[name]?.();
    if (this.over || this.loading !== name) return;
    this.loading = null;
    if (!factory) return;
    const scene = factory({ renderer: this.renderer, seed: this.source.seed(), sound: null });
    this.loaded.set(name, scene);
    this.show(name, scene);
  }

  private show(name: string, scene: Scene<unknown>): void {
    this.world.clear();
    this.world.add(scene.root);
    this.world.background = scene.background;
    this.world.fog = scene.fog;
    scene.standpoint.add(this.camera);
    this.shown = name;
  }
}
