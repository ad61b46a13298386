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
  // From the root of each finger to the knuckle of the next, so that the palm is closed.
  const closed = FINGERS.slice(1).map(
    (finger, index): Bone => [
      `${finger}-metacarpal` as XRHandJoint,
      `${FINGERS[index]}-phalanx-proximal` as XRHandJoint,
    ],
  );
  return [...pairs, ...palm, ...closed, ["thumb-metacarpal", "index-finger-phalanx-proximal"]];
}

const BONES = bones();
const JOINTS = [...new Set(BONES.flat())];
const LEAST_RADIUS_M = 0.008;
const MOST_RADIUS_M = 0.0145;
const UP = new THREE.Vector3(0, 1, 0);
const along = new THREE.Vector3();
const middle = new THREE.Vector3();
const turn = new THREE.Quaternion();
const upright = new THREE.Quaternion();
const size = new THREE.Vector3();
const matrix = new THREE.Matrix4();

function radius(joint: THREE.XRJointSpace): number {
  return Math.min(MOST_RADIUS_M, Math.max(LEAST_RADIUS_M, joint.jointRadius ?? LEAST_RADIUS_M));
}

/** A tracked hand, soft and whole: two instanced draw calls, round joints and what joins them. */
export class HandShape {
  readonly group = new THREE.Group();
  private readonly joints: THREE.InstancedMesh;
  private readonly bones: THREE.InstancedMesh;
  private readonly hand: THREE.XRHandSpace;

  constructor(hand: THREE.XRHandSpace) {
    this.hand = hand;
    const material = new THREE.MeshLambertMaterial({ color: SKIN, emissive: SKIN, emissiveIntensity: 0.18 });
    this.joints = new THREE.InstancedMesh(new THREE.SphereGeometry(1, 14, 10), material, JOINTS.length);
    const tube = new THREE.CylinderGeometry(1, 1, 1, 14, 1, true);
    this.bones = new THREE.InstancedMesh(tube, material, BONES.length);
    for (const mesh of [this.joints, this.bones]) mesh.frustumCulled = false;
    this.group.name = "hand";
    this.group.visible = false;
    this.group.add(this.joints, this.bones);
  }

  /** Follows the joints; hidden while they are not tracked. */
  update(): void {
    const { joints } = this.hand;
    this.group.visible = this.hand.visible && joints.wrist !== undefined;
    if (!this.group.visible) return;
    for (let index = 0; index < JOINTS.length; index += 1) {
      const joint = joints[JOINTS[index] as XRHandJoint];
      if (!joint) continue;
      matrix.compose(joint.position, upright, size.setScalar(radius(joint)));
      this.joints.setMatrixAt(index, matrix);
    }
    for (let index = 0; index < BONES.length; index += 1) {
      const bone = BONES[index] as Bone;
      const from = joints[bone[0]];
      const to = joints[bone[1]];
      if (!from || !to) continue;
      along.subVectors(to.position, from.position);
      const length = Math.max(along.length(), 1e-4);
      turn.setFromUnitVectors(UP, along.divideScalar(length));
      middle.addVectors(from.position, to.position).multiplyScalar(0.5);
      const thickness = Math.min(radius(from), radius(to));
      matrix.compose(middle, turn, size.set(thickness, length, thickness));
      this.bones.setMatrixAt(index, matrix);
    }
    this.joints.instanceMatrix.needsUpdate = true;
    this.bones.instanceMatrix.needsUpdate = true;
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
