/** The stop button on the wrist: it shows when one looks at one's wrist, and is touched with the other hand. */
import * as THREE from "three";
import type { Side } from "./input.ts";

const RADIUS_M = 0.03;
const TOUCH_M = 0.045;
const FACING = 0.45;
const NEAR_EYES_M = 0.75;

const button = new THREE.Vector3();
const normal = new THREE.Vector3();
const toEyes = new THREE.Vector3();
const eyes = new THREE.Vector3();

export class WristButton {
  readonly mesh: THREE.Mesh;

  constructor() {
    const material = new THREE.MeshBasicMaterial({
      map: face(),
      toneMapped: false,
      fog: false,
      transparent: true,
    });
    this.mesh = new THREE.Mesh(new THREE.CircleGeometry(RADIUS_M, 32), material);
    this.mesh.name = "wrist stop";
    this.mesh.visible = false;
  }

  /** Puts the button on the back of a tracked wrist. */
  onWrist(wrist: THREE.Object3D): void {
    this.wear(wrist, 0, 0.028, 0.03, -Math.PI / 2);
  }

  /** Puts the button on a controller, where a watch would be. */
  onGrip(grip: THREE.Object3D): void {
    this.wear(grip, 0, 0.03, 0.1, -Math.PI / 2 + 0.4);
  }

  /** Whether it is worn on this side, which then cannot touch it. */
  isWornBy(side: Side): boolean {
    const worn = this.mesh.parent;
    return worn === side.grip || worn?.parent === side.hand;
  }

  /** Shows the button when its face is turned to the eyes and near; tells whether it shows. */
  update(camera: THREE.Object3D): boolean {
    const { mesh } = this;
    if (!mesh.parent?.visible) {
      mesh.visible = false;
      return false;
    }
    button.setFromMatrixPosition(mesh.matrixWorld);
    normal.set(0, 0, 1).transformDirection(mesh.matrixWorld);
    eyes.setFromMatrixPosition(camera.matrixWorld);
    toEyes.subVectors(eyes, button);
    const distance = toEyes.length();
    mesh.visible = distance < NEAR_EYES_M && toEyes.divideScalar(distance).dot(normal) > FACING;
    return mesh.visible;
  }

  /** Whether something at `tip` (world) touches the button while it shows. */
  touched(tip: THREE.Vector3): boolean {
    return this.mesh.visible && button.setFromMatrixPosition(this.mesh.matrixWorld).distanceTo(tip) < TOUCH_M;
  }

  /** Whether a ray from `origin` along `direction` (world, unit) meets the button while it shows. */
  met(origin: THREE.Vector3, direction: THREE.Vector3): boolean {
    if (!this.mesh.visible) return false;
    button.setFromMatrixPosition(this.mesh.matrixWorld).sub(origin);
    const ahead = button.dot(direction);
    return ahead > 0 && button.lengthSq() - ahead * ahead < RADIUS_M * RADIUS_M * 1.7;
  }

  private wear(on: THREE.Object3D, x: number, y: number, z: number, tilt: number): void {
    if (this.mesh.parent === on) return;
    on.add(this.mesh);
    this.mesh.position.set(x, y, z);
    this.mesh.rotation.set(tilt, 0, 0);
  }
}

function face(): THREE.CanvasTexture {
  const canvas = document.createElement("canvas");
  canvas.width = 256;
  canvas.height = 256;
  const context = canvas.getContext("2d");
  if (context) {
    context.fillStyle = "#fff8ee";
    context.arc(128, 128, 127, 0, 2 * Math.PI);
    context.fill();
    context.beginPath();
    context.fillStyle = "#b5372b";
    context.arc(128, 128, 112, 0, 2 * Math.PI);
    context.fill();
    context.fillStyle = "#fff8ee";
    context.font = '650 76px "Figtree Variable", sans-serif';
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText("Stop", 128, 134);
  }
  const texture = new THREE.CanvasTexture(canvas);
  texture.colorSpace = THREE.SRGBColorSpace;
  return texture;
}
