/** Hands and controllers as we draw them: plain, warm, and all of one stuff; nothing is fetched. */
import * as THREE from "three";

const SKIN = 0xe3c9b2;
const SHELL = 0xd2c8b8;
const ACCENT = 0x4f8f80;

/** Bones as pairs of joints; the hand's shape follows from them and the joints' radii. */
const FINGERS = ["index-finger", "middle-finger", "ring-finger", "pinky-finger"] as const;
const CHAIN = ["metacarpal", "phalanx-proximal", "phalanx-intermediate", "phalanx-distal", "tip"] as const;

type Bone = readonly [XRHandJoint, XRHandJoint];

function bones(): Bone[] {
  const thumb: XRHandJoint[] = [
    "wrist",
    "thumb-metacarpal",
    "thumb-phalanx-proximal",
    "thumb-phalanx-distal",
    "thumb-tip",
  ];
  const chains = FINGERS.map((finger) => [
    "wrist" as XRHandJoint,
    ...CHAIN.map((part) => `${finger}-${part}` as XRHandJoint),
  ]);
  const pairs = [thumb, ...chains].flatMap((chain) =>
    chain.slice(1).map((joint, index): Bone => [chain[index] as XRHandJoint, joint]),
  );
  const palm = FINGERS.slice(1).map(
    (finger, index): Bone => [
      `${FINGERS[index]}-phalanx-proximal` as XRHandJoint,
      `${finger}-phalanx-proximal`,
    ],
  );
  return [...pairs, ...palm];
}

const BONES = bones();
const UP = new THREE.Vector3(0, 1, 0);
const along = new THREE.Vector3();
const middle = new THREE.Vector3();
const turn = new THREE.Quaternion();
const size = new THREE.Vector3();
const matrix = new THREE.Matrix4();

/** A tracked hand: one instanced draw call of rounded bones. A child of three's hand space. */
export class HandShape {
  readonly mesh: THREE.InstancedMesh;
  private readonly hand: THREE.XRHandSpace;

  constructor(hand: THREE.XRHandSpace) {
    this.hand = hand;
    const geometry = new THREE.CapsuleGeometry(1, 2, 5, 12);
    const material = new THREE.MeshLambertMaterial({ color: SKIN, emissive: SKIN, emissiveIntensity: 0.18 });
    this.mesh = new THREE.InstancedMesh(geometry, material, BONES.length);
    this.mesh.name = "hand";
    this.mesh.frustumCulled = false;
    this.mesh.visible = false;
  }

  /** Follows the joints; hidden while they are not tracked. */
  update(): void {
    const { joints } = this.hand;
    this.mesh.visible = this.hand.visible && joints.wrist !== undefined;
    if (!this.mesh.visible) return;
    for (let index = 0; index < BONES.length; index += 1) {
      const bone = BONES[index] as Bone;
      const from = joints[bone[0]];
      const to = joints[bone[1]];
      if (!from || !to) continue;
      const radius = Math.min(
        0.013,
        Math.max(0.006, (from.jointRadius ?? 0.008) * 0.5 + (to.jointRadius ?? 0.008) * 0.5),
      );
      along.subVectors(to.position, from.position);
      const length = Math.max(along.length(), 1e-4);
      turn.setFromUnitVectors(UP, along.divideScalar(length));
      middle.addVectors(from.position, to.position).multiplyScalar(0.5);
      // The capsule is 2 long between its caps of radius 1.
      matrix.compose(middle, turn, size.set(radius, Math.max(length / 2, radius / 2), radius));
      this.mesh.setMatrixAt(index, matrix);
    }
    this.mesh.instanceMatrix.needsUpdate = true;
  }
}

/** A controller: a rounded grip and a ring, one draw call. */
export function controllerShape(): THREE.Mesh {
  const profile = new THREE.SplineCurve(
    [
      [0, -0.052],
      [0.012, -0.048],
      [0.014, -0.03],
      [0.012, 0],
      [0.015, 0.028],
      [0.013, 0.04],
      [0, 0.045],
    ].map(([x, y]) => new THREE.Vector2(x, y)),
  ).getPoints(28);
  const geometry = new THREE.LatheGeometry(profile, 24).rotateX(Math.PI / 2 + 0.15);
  const material = new THREE.MeshLambertMaterial({ color: SHELL, emissive: SHELL, emissiveIntensity: 0.15 });
  const mesh = new THREE.Mesh(geometry, material);
  mesh.name = "controller";
  return mesh;
}

/** The ray of a pointer, fading out; along -Z, of unit length. */
export function rayShape(): THREE.Mesh<THREE.BufferGeometry, THREE.MeshBasicMaterial> {
  const geometry = new THREE.CylinderGeometry(0.0012, 0.0024, 1, 8, 1, true)
    .rotateX(-Math.PI / 2)
    .translate(0, 0, -0.5);
  const material = new THREE.MeshBasicMaterial({
    color: ACCENT,
    transparent: true,
    opacity: 0.55,
    depthWrite: false,
    toneMapped: false,
    fog: false,
  });
  const mesh = new THREE.Mesh(geometry, material);
  mesh.name = "ray";
  mesh.renderOrder = 20;
  return mesh;
}
