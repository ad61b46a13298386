/** Where the viewer's body is in the scene: height, heading, snap turns, and the vignette while moving. */
import * as THREE from "three";

export const STANDING_EYES_M = 1.6;
const TURN_RADIANS = Math.PI / 4;
const VIGNETTE_OPEN_DEGREES = 28;
const VIGNETTE_SHUT_DEGREES = 52;
/** Speed at which the vignette is fully drawn, in metres a second. */
const VIGNETTE_FULL_MPS = 1.5;
const VIGNETTE_MOST = 0.9;

const UP = new THREE.Vector3(0, 1, 0);
const scratch = new THREE.Vector3();
const facing = new THREE.Vector3();

/**
 * What carries camera and hands: a child of the scene's standpoint.
 *
 * The device moves the camera inside it; nothing else ever moves the head. It changes only by what the subject asks
 * for: recentring, sitting, turning in steps.
 */
export class Rig {
  readonly group = new THREE.Group();
  seated = false;
  private yaw = 0;

  /** Puts the head, where it is now, over the standpoint, looking along -Z. `head` is the camera, inside the rig. */
  recentre(head: THREE.Object3D): void {
    facing.set(0, 0, -1).applyQuaternion(head.quaternion);
    this.yaw = Math.atan2(facing.x, -facing.z);
    this.raise(head);
    this.place(head, 0, 0);
  }

  /** Turns by 45 degrees about the head: 1 to the right, -1 to the left. */
  turn(direction: 1 | -1, head: THREE.Object3D): void {
    scratch.copy(head.position).applyAxisAngle(UP, this.yaw).add(this.group.position);
    const { x, z } = scratch;
    this.yaw -= direction * TURN_RADIANS;
    this.place(head, x, z);
  }

  /** Sitting, the eyes are lifted to where they would be standing, so that rails and panels are as high. */
  sit(seated: boolean, head: THREE.Object3D): void {
    this.seated = seated;
    this.raise(head);
  }

  private raise(head: THREE.Object3D): void {
    this.group.position.y = this.seated ? Math.max(0, STANDING_EYES_M - head.position.y) : 0;
  }

  private place(head: THREE.Object3D, x: number, z: number): void {
    this.group.rotation.y = this.yaw;
    scratch.set(head.position.x, 0, head.position.z).applyAxisAngle(UP, this.yaw);
    this.group.position.x = x - scratch.x;
    this.group.position.z = z - scratch.z;
  }
}

/** How strong the vignette is at a speed in metres a second, 0 to 1. */
export function vignetteStrength(speedMps: number): number {
  return VIGNETTE_MOST * Math.min(1, Math.max(0, (Math.abs(speedMps) - 0.05) / VIGNETTE_FULL_MPS));
}

/** A soft dark rim about the view while one is carried; a child of the camera, one draw call, none at rest. */
export class Vignette {
  readonly mesh: THREE.Mesh<THREE.SphereGeometry, THREE.MeshBasicMaterial>;
  enabled = true;
  private strength = 0;
  private pulse = 0;

  constructor() {
    const geometry = new THREE.SphereGeometry(0.4, 48, 32).rotateX(-Math.PI / 2);
    geometry.setAttribute("color", new THREE.Float32BufferAttribute(rim(geometry), 4));
    const material = new THREE.MeshBasicMaterial({
      vertexColors: true,
      transparent: true,
      side: THREE.BackSide,
      depthTest: false,
      depthWrite: false,
      fog: false,
      toneMapped: false,
    });
    this.mesh = new THREE.Mesh(geometry, material);
    this.mesh.name = "vignette";
    this.mesh.renderOrder = 900;
    this.mesh.frustumCulled = false;
    this.mesh.visible = false;
  }

  /** Draws the rim for a moment, as when turning in a step. */
  blink(): void {
    this.pulse = 0.8;
  }

  /** `speedMps` is how fast the standpoint moves. */
  update(speedMps: number, deltaSeconds: number): void {
    this.pulse = Math.max(0, this.pulse - 3 * deltaSeconds);
    const target = this.enabled ? Math.max(vignetteStrength(speedMps), this.pulse) : 0;
    this.strength += (target - this.strength) * Math.min(1, 6 * deltaSeconds);
    this.mesh.visible = this.strength > 0.01;
    this.mesh.material.opacity = this.strength;
  }
}

/** Vertex colours: dark, clear in the middle of the view (along -Z). */
function rim(geometry: THREE.BufferGeometry): Float32Array {
  const position = geometry.getAttribute("position");
  const colors = new Float32Array(position.count * 4);
  for (let index = 0; index < position.count; index += 1) {
    scratch.fromBufferAttribute(position, index).normalize();
    const degrees = THREE.MathUtils.radToDeg(Math.acos(THREE.MathUtils.clamp(-scratch.z, -1, 1)));
    const alpha = THREE.MathUtils.smoothstep(degrees, VIGNETTE_OPEN_DEGREES, VIGNETTE_SHUT_DEGREES);
    colors.set([0.012, 0.016, 0.014, alpha], index * 4);
  }
  return colors;
}
