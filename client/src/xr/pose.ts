/** Captures the subject's body, thirty times a second, relative to where the subject stands. */
import * as THREE from "three";
import { type HandPose, type Pose, packPose, type Rigid } from "../wire/pose.ts";
import type { Inputs, Side } from "./input.ts";

export const POSE_RATE_HZ = 30;

const inverse = new THREE.Matrix4();
const matrix = new THREE.Matrix4();
const position = new THREE.Vector3();
const rotation = new THREE.Quaternion();
const scale = new THREE.Vector3();

function rigid(object: THREE.Object3D): Rigid {
  matrix.multiplyMatrices(inverse, object.matrixWorld).decompose(position, rotation, scale);
  return [position.x, position.y, position.z, rotation.x, rotation.y, rotation.z, rotation.w];
}

function handPose(side: Side | null): HandPose | null {
  if (!side) return null;
  const tracked = Boolean(side.source?.hand);
  const wrist = side.hand.joints.wrist;
  return { at: rigid(tracked && wrist ? wrist : side.grip), tracked, pressed: side.pressed };
}

/** Sends a packed pose whenever one is due. */
export class PoseCapture {
  private lastMs = Number.NEGATIVE_INFINITY;
  private readonly send: (packed: Uint8Array) => void;

  constructor(send: (packed: Uint8Array) => void) {
    this.send = send;
  }

  /** Call once a frame with our time in ms and the room's in us. */
  update(
    nowMs: number,
    capturedUs: number,
    standpoint: THREE.Object3D,
    camera: THREE.Object3D,
    inputs: Inputs,
    presenting: boolean,
  ): void {
    // A little early rather than a frame late.
    if (nowMs - this.lastMs < 1000 / POSE_RATE_HZ - 4) return;
    this.lastMs = nowMs;
    inverse.copy(standpoint.matrixWorld).invert();
    const pose: Pose = {
      captured_us: capturedUs,
      presenting,
      head: rigid(camera),
      left: presenting ? handPose(inputs.of("left")) : null,
      right: presenting ? handPose(inputs.of("right")) : null,
    };
    this.send(packPose(pose));
  }
}
