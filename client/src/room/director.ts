/** Which place is shown, and how one gives way to the next: softly, or at once when it is to be calm. */
import * as THREE from "three";
import type { Scene, SceneFactory } from "../stage/scene.ts";
import type { SoundScape } from "../stage/sound.ts";

export type Place = "lobby" | "experience" | "calm";

const FADE_OUT_SECONDS = 0.5;
const FADE_IN_SECONDS = 0.9;
const COVER = 0xf1e9da;

interface Made {
  scene: Scene;
  stage: THREE.Scene;
}

/** What moves from place to place with the viewer. */
export interface Luggage {
  /** Becomes a child of the standpoint. */
  rig: THREE.Object3D;
  /** Becomes a child of the panel's anchor. */
  panel: THREE.Object3D;
  camera: THREE.Camera;
}

export class Director {
  place: Place | null = null;
  /** The soft cover of a fade; a child of the camera. */
  readonly cover: THREE.Mesh<THREE.SphereGeometry, THREE.MeshBasicMaterial>;
  private readonly made = new Map<Place, Made>();
  private readonly unwarmed = new Set<Place>();
  private next: Place | null = null;
  private detailed = true;
  private readonly renderer: THREE.WebGLRenderer;
  private readonly luggage: Luggage;

  constructor(renderer: THREE.WebGLRenderer, luggage: Luggage) {
    this.renderer = renderer;
    this.luggage = luggage;
    const material = new THREE.MeshBasicMaterial({
      color: COVER,
      transparent: true,
      opacity: 0,
      side: THREE.BackSide,
      depthTest: false,
      depthWrite: false,
      fog: false,
      toneMapped: false,
    });
    this.cover = new THREE.Mesh(new THREE.SphereGeometry(0.5, 16, 12), material);
    this.cover.name = "cover";
    this.cover.renderOrder = 1000;
    this.cover.frustumCulled = false;
    this.cover.visible = false;
  }

  /** Builds a place and compiles its shaders, so that it can be shown without a hitch. */
  async prepare(
    place: Place,
    factory: SceneFactory<unknown>,
    seed: number,
    sound: SoundScape | null,
  ): Promise<void> {
    if (this.made.has(place)) return;
    const scene = factory({ renderer: this.renderer, seed, sound });
    const stage = new THREE.Scene();
    stage.add(scene.root);
    stage.background = scene.background;
    stage.fog = scene.fog;
    await this.renderer.compileAsync(stage, this.luggage.camera);
    this.made.set(place, { scene, stage });
    this.unwarmed.add(place);
  }

  isPrepared(place: Place): boolean {
    return this.made.has(place);
  }

  /** Goes to a place through a soft fade, as soon as it is prepared. */
  show(place: Place): void {
    if (this.place === null) this.cut(place);
    this.next = place === this.place ? null : place;
  }

  /** Goes to a place now; it is drawn with the next frame. False while it is not prepared. */
  cut(place: Place): boolean {
    const made = this.made.get(place);
    if (!made) return false;
    this.next = null;
    this.setCover(0);
    if (this.place === place) return true;
    this.place = place;
    this.setDetails(false);
    made.scene.standpoint.add(this.luggage.rig);
    made.scene.panelAnchor.add(this.luggage.panel);
    return true;
  }

  /** Covers the view at once and clears it softly, over a jump that should not be seen. */
  veil(): void {
    this.setCover(1);
  }

  get standpoint(): THREE.Object3D | null {
    return this.current?.scene.standpoint ?? null;
  }

  get stage(): THREE.Scene | null {
    return this.current?.stage ?? null;
  }

  /** Moves a fade on; the place may change. */
  fade(seconds: number): void {
    const opacity = this.cover.material.opacity;
    if (this.next === null) {
      if (opacity > 0) this.setCover(Math.max(0, opacity - seconds / FADE_IN_SECONDS));
      return;
    }
    if (opacity < 1) {
      this.setCover(Math.min(1, opacity + seconds / FADE_OUT_SECONDS));
      return;
    }
    if (this.isPrepared(this.next) && !this.unwarmed.has(this.next) && this.cut(this.next)) this.setCover(1);
  }

  /** Takes the state of the place. `deltaSeconds` is 0 while it is to hold still. */
  update(state: unknown, deltaSeconds: number, elapsedSeconds: number): void {
    this.current?.scene.update(state, deltaSeconds, elapsedSeconds);
  }

  /** Draws the frame. A place newly prepared is drawn once beneath it, so that the graphics card has all of it. */
  render(): void {
    const { renderer, luggage } = this;
    for (const place of this.unwarmed) {
      const stage = this.made.get(place)?.stage;
      this.unwarmed.delete(place);
      if (stage) renderWhole(renderer, stage, luggage.camera);
      break;
    }
    renderer.info.reset();
    if (this.stage) renderer.render(this.stage, luggage.camera);
    this.setDetails(true);
  }

  private get current(): Made | undefined {
    return this.place === null ? undefined : this.made.get(this.place);
  }

  /** Whether the next picture of the place has its details; the first one after a cut has not. */
  private setDetails(visible: boolean): void {
    const details = this.current?.scene.details;
    if (details === undefined || visible === this.detailed) return;
    this.detailed = visible;
    for (const object of details) object.visible = visible;
  }

  private setCover(opacity: number): void {
    this.cover.material.opacity = opacity;
    this.cover.visible = opacity > 0;
  }
}

/**
 * Draws all of a stage, whether in view or not, into a picture of a few pixels: what counts is that every shader,
 * geometry and texture is then on the graphics card. The target passes for a headset's, whose shaders are those of
 * the screen; any other would be drawn with shaders of its own.
 */
function renderWhole(renderer: THREE.WebGLRenderer, stage: THREE.Scene, camera: THREE.Camera): void {
  const culled: THREE.Object3D[] = [];
  stage.traverse((object) => {
    if (!object.frustumCulled) return;
    object.frustumCulled = false;
    culled.push(object);
  });
  const target = new THREE.WebGLRenderTarget(4, 4, {
    colorSpace: renderer.outputColorSpace as THREE.ColorSpace,
  });
  const before = renderer.getRenderTarget();
  Object.assign(target, { isXRRenderTarget: true });
  renderer.xr.enabled = false;
  renderer.setRenderTarget(target);
  renderer.render(stage, camera);
  renderer.setRenderTarget(before);
  renderer.xr.enabled = true;
  target.dispose();
  for (const object of culled) object.frustumCulled = true;
}
