/** Looking around without a headset: by dragging, by touch, by the arrow keys. */
import type * as THREE from "three";
import { STANDING_EYES_M } from "../xr/comfort.ts";

const RADIANS_PER_PIXEL = 1 / 320;
const KEY_RADIANS_PER_SECOND = 1.2;
const PITCH_LIMIT = 1.35;

const KEYS: Record<string, readonly [number, number]> = {
  ArrowLeft: [1, 0],
  ArrowRight: [-1, 0],
  ArrowUp: [0, 1],
  ArrowDown: [0, -1],
};

export class FlatLook {
  private yaw = 0;
  private pitch = 0;
  private dragging: number | null = null;
  private readonly held = new Set<string>();
  private readonly camera: THREE.PerspectiveCamera;

  constructor(camera: THREE.PerspectiveCamera, surface: HTMLElement) {
    this.camera = camera;
    surface.addEventListener("pointerdown", (event) => {
      this.dragging = event.pointerId;
      surface.setPointerCapture(event.pointerId);
    });
    surface.addEventListener("pointermove", (event) => {
      if (event.pointerId !== this.dragging) return;
      this.turn(event.movementX * RADIANS_PER_PIXEL, event.movementY * RADIANS_PER_PIXEL);
    });
    for (const type of ["pointerup", "pointercancel"] as const) {
      surface.addEventListener(type, () => {
        this.dragging = null;
      });
    }
  }

  /** An arrow key went down or up. False when the key does not turn the view. */
  key(name: string, down: boolean): boolean {
    if (!(name in KEYS)) return false;
    if (down) this.held.add(name);
    else this.held.delete(name);
    return true;
  }

  /** Lets go of every key, as when the page loses the focus. */
  release(): void {
    this.held.clear();
    this.dragging = null;
  }

  /** Looks straight ahead, at once. */
  level(): void {
    this.release();
    this.yaw = 0;
    this.pitch = 0;
    this.update(0);
  }

  /** Puts the camera where a standing viewer's head is. */
  update(deltaSeconds: number): void {
    for (const name of this.held) {
      const [yaw, pitch] = KEYS[name] as readonly [number, number];
      this.turn(yaw * KEY_RADIANS_PER_SECOND * deltaSeconds, pitch * KEY_RADIANS_PER_SECOND * deltaSeconds);
    }
    this.camera.position.set(0, STANDING_EYES_M, 0);
    this.camera.rotation.set(this.pitch, this.yaw, 0, "YXZ");
  }

  private turn(yaw: number, pitch: number): void {
    this.yaw += yaw;
    this.pitch = Math.max(-PITCH_LIMIT, Math.min(PITCH_LIMIT, this.pitch + pitch));
  }
}
