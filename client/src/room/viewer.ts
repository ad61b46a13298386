/** The picture: renderer, camera and what the viewer carries along, on a screen and in VR. */
import * as THREE from "three";
import { Rig, STANDING_EYES_M, Vignette } from "../xr/comfort.ts";
import { Inputs } from "../xr/input.ts";
import { enterVr } from "../xr/session.ts";
import { WristButton } from "../xr/wrist.ts";
import { Fineness } from "./fineness.ts";
import { FlatLook } from "./look.ts";

const FAR_M = 2000;
const NEAR_M = 0.05;
const VIEW_DEGREES = 68;
/** Ends of a session that the viewer is told of. */
export type SessionChange = "entered" | "left" | "visibility";

export class Viewer {
  readonly renderer: THREE.WebGLRenderer;
  readonly camera = new THREE.PerspectiveCamera(VIEW_DEGREES, 1, NEAR_M, FAR_M);
  readonly rig = new Rig();
  /** Between the eyes. In VR three.js puts its camera behind them, so that it sees what both do. */
  readonly head = new THREE.Object3D();
  readonly vignette = new Vignette();
  readonly inputs: Inputs;
  readonly wrist = new WristButton();
  readonly look: FlatLook;
  /** The dot where a ray meets the panel. */
  readonly cursor: THREE.Mesh;
  private readonly fineness = new Fineness();
  private readonly surface: HTMLElement;
  private settling = 0;

  constructor(surface: HTMLElement) {
    this.surface = surface;
    this.renderer = new THREE.WebGLRenderer({ antialias: true, powerPreference: "high-performance" });
    const { renderer, camera } = this;
    renderer.toneMapping = THREE.ACESFilmicToneMapping;
    renderer.info.autoReset = false;
    renderer.xr.enabled = true;
    renderer.domElement.setAttribute(
      "aria-label",
      "The room, drawn. Drag or use the arrow keys to look around.",
    );
    renderer.domElement.setAttribute("role", "img");
    surface.append(renderer.domElement);
    this.inputs = new Inputs(renderer.xr);
    this.look = new FlatLook(camera, renderer.domElement);
    this.cursor = dot();
    camera.position.y = STANDING_EYES_M;
    camera.add(this.vignette.mesh);
    this.rig.group.add(camera, this.head, this.inputs.group);
    new ResizeObserver(() => this.fit(surface)).observe(surface);
    this.fit(surface);
  }

  get presenting(): boolean {
    return this.renderer.xr.isPresenting;
  }

  /** Enters VR from a gesture; `changed` is told of its end and of every change of its visibility. */
  async enter(changed: (change: SessionChange, session: XRSession) => void): Promise<void> {
    const session = await enterVr(this.renderer);
    this.settling = 3;
    session.addEventListener("visibilitychange", () => changed("visibility", session));
    session.addEventListener("end", () => {
      this.rig.group.position.set(0, 0, 0);
      this.rig.group.rotation.set(0, 0, 0);
      changed("left", session);
    });
    changed("entered", session);
  }

  /** Prepares a frame: where the head is, what the hands do. */
  update(deltaSeconds: number): void {
    if (!this.presenting) this.look.update(deltaSeconds);
    this.findHead();
    // The first poses of a session are not yet true; then the viewer is put in the middle, looking ahead.
    if (this.presenting && this.settling > 0 && --this.settling === 0) this.rig.recentre(this.head);
    this.inputs.update();
    this.wearStop();
    this.wrist.update(this.head);
  }

  private findHead(): void {
    const { head, camera } = this;
    const eyes = this.presenting ? this.renderer.xr.getCamera().cameras : [];
    const [left, right] = eyes;
    if (left && right) {
      head.position.addVectors(left.position, right.position).multiplyScalar(0.5);
      head.quaternion.copy(left.quaternion);
    } else {
      head.position.copy(camera.position);
      head.quaternion.copy(camera.quaternion);
    }
    head.updateWorldMatrix(true, false);
  }

  /** Where the eyes are from where the subject stands, in metres. */
  get eyes(): THREE.Vector3 {
    return this.head.position.clone().applyMatrix4(this.rig.group.matrix);
  }

  /** Where the stop button on the wrist is in the device's own space; null while it does not show. */
  get wristAt(): number[] | null {
    const { mesh } = this.wrist;
    if (!mesh.visible) return null;
    return this.rig.group.worldToLocal(mesh.getWorldPosition(new THREE.Vector3())).toArray();
  }

  /** Where the eyes look, in radians about the vertical; to the left is positive. */
  get heading(): number {
    const ahead = new THREE.Vector3(0, 0, -1)
      .applyQuaternion(this.head.quaternion)
      .applyQuaternion(this.rig.group.quaternion);
    return Math.atan2(-ahead.x, -ahead.z);
  }

  private wearStop(): void {
    const side = this.inputs.of("left") ?? this.inputs.of("right");
    if (!side) return;
    const wrist = side.source?.hand ? side.hand.joints.wrist : undefined;
    if (wrist) this.wrist.onWrist(wrist);
    else this.wrist.onGrip(side.grip);
  }

  /** Takes the time between two pictures on the screen, and draws coarser where that is long. */
  pace(spanMs: number): void {
    if (!this.presenting && this.fineness.learn(spanMs)) this.fit(this.surface);
  }

  private fit(surface: HTMLElement): void {
    if (this.presenting) return;
    const width = Math.max(1, surface.clientWidth);
    const height = Math.max(1, surface.clientHeight);
    this.renderer.setPixelRatio(Math.min(2, devicePixelRatio) * this.fineness.value);
    this.renderer.setSize(width, height);
    this.camera.aspect = width / height;
    this.camera.updateProjectionMatrix();
  }
}

function dot(): THREE.Mesh {
  const geometry = new THREE.RingGeometry(0, 0.009, 24);
  const material = new THREE.MeshBasicMaterial({
    color: 0x2b3733,
    transparent: true,
    opacity: 0.8,
    depthTest: false,
    toneMapped: false,
    fog: false,
  });
  const mesh = new THREE.Mesh(geometry, material);
  mesh.name = "cursor";
  mesh.renderOrder = 25;
  mesh.visible = false;
  return mesh;
}
