/** Everything the subject points and presses with in VR: controllers, hands, and the gaze alone. */
import * as THREE from "three";
import { controllerShape, HandShape, rayShape } from "./hands.ts";

/** How something was answered, as the room records it. */
export type How = "controller" | "hand" | "gaze" | "keyboard" | "pointer";

/** Buttons of the 'xr-standard' gamepad mapping. */
const GRIP = 1;
const LOWER = 4;
const UPPER = 5;
const THUMBSTICK_X = 2;

/** One input source: what three.js tracks of it, and what we draw. */
export class Side {
  readonly target: THREE.XRTargetRaySpace;
  readonly grip: THREE.XRGripSpace;
  readonly hand: THREE.XRHandSpace;
  readonly ray = rayShape();
  readonly origin = new THREE.Vector3();
  readonly direction = new THREE.Vector3();
  /** Where it touches: the tip of the index finger, or the front of the controller. In the world. */
  readonly tip = new THREE.Vector3();
  source: XRInputSource | null = null;
  pressed = false;
  private readonly shape: HandShape;

  constructor(index: number, xr: THREE.WebXRManager) {
    this.target = xr.getController(index);
    this.grip = xr.getControllerGrip(index);
    this.hand = xr.getHand(index);
    this.shape = new HandShape(this.hand);
    this.hand.add(this.shape.group);
    this.grip.add(controllerShape());
    this.target.add(this.ray);
    this.ray.visible = false;
    this.target.addEventListener("connected", ({ data }) => {
      this.source = data;
      this.pressed = false;
    });
    this.target.addEventListener("disconnected", () => {
      this.source = null;
      this.pressed = false;
    });
    this.target.addEventListener("selectstart", () => {
      this.pressed = true;
    });
    this.target.addEventListener("selectend", () => {
      this.pressed = false;
    });
  }

  get how(): How {
    return this.source?.hand ? "hand" : "controller";
  }

  /** Whether it is tracked now and can point. */
  get points(): boolean {
    return this.source !== null && this.target.visible;
  }

  get squeezes(): boolean {
    return this.button(GRIP);
  }

  get upper(): boolean {
    return this.button(UPPER);
  }

  get lower(): boolean {
    return this.button(LOWER);
  }

  /** The thumbstick to the left or right, -1 to 1. */
  get sideways(): number {
    return this.source?.gamepad?.axes[THUMBSTICK_X] ?? 0;
  }

  update(): void {
    this.shape.update();
    this.grip.visible = this.grip.visible && !this.source?.hand;
    if (!this.points) return;
    this.origin.setFromMatrixPosition(this.target.matrixWorld);
    this.direction.set(0, 0, -1).transformDirection(this.target.matrixWorld);
    const finger = this.source?.hand ? this.hand.joints["index-finger-tip"] : undefined;
    if (finger) this.tip.setFromMatrixPosition(finger.matrixWorld);
    else this.tip.copy(this.origin).addScaledVector(this.direction, 0.03);
  }

  private button(index: number): boolean {
    const button = this.source?.gamepad?.buttons[index];
    return button !== undefined && (button.pressed || button.value > 0.6);
  }
}

/** Both sides, in a group that belongs into the rig. */
export class Inputs {
  readonly group = new THREE.Group();
  readonly sides: readonly [Side, Side];
  private turned = false;

  constructor(xr: THREE.WebXRManager) {
    this.sides = [new Side(0, xr), new Side(1, xr)];
    for (const { target, grip, hand } of this.sides) this.group.add(target, grip, hand);
  }

  /** Calls `action` when something is selected with a trigger or a pinch. */
  onSelect(action: (side: Side) => void): void {
    for (const side of this.sides) side.target.addEventListener("select", () => action(side));
  }

  update(): void {
    for (const side of this.sides) side.update();
  }

  /** Whether there is anything to point with but the gaze. */
  get pointing(): boolean {
    return this.sides.some((side) => side.points);
  }

  /** Whether two grips are both squeezed. */
  get bothSqueezed(): boolean {
    return this.sides.every((side) => side.squeezes);
  }

  get upperHeld(): boolean {
    return this.sides.some((side) => side.upper);
  }

  get lowerHeld(): boolean {
    return this.sides.some((side) => side.lower);
  }

  /** A turn asked for by a thumbstick: once for each push. */
  takeTurn(): 1 | -1 | 0 {
    const most = this.sides.reduce(
      (so, { sideways }) => (Math.abs(sideways) > Math.abs(so) ? sideways : so),
      0,
    );
    if (Math.abs(most) < 0.4) this.turned = false;
    if (this.turned || Math.abs(most) < 0.7) return 0;
    this.turned = true;
    return most > 0 ? 1 : -1;
  }

  /** The side that holds a hand or a controller of this handedness; null where there is none. */
  of(handedness: XRHandedness): Side | null {
    return this.sides.find((side) => side.points && side.source?.handedness === handedness) ?? null;
  }
}
