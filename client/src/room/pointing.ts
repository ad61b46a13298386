/** Pressing the panel in VR: with rays of controllers and hands, or with the gaze alone. */
import * as THREE from "three";
import { Dwell } from "../xr/dwell.ts";
import type { How, Side } from "../xr/input.ts";
import { GazeRing } from "../xr/ring.ts";
import type { Panel, PanelHit } from "./panel.ts";
import type { Viewer } from "./viewer.ts";

const origin = new THREE.Vector3();
const direction = new THREE.Vector3();
const point = new THREE.Vector3();

export class Pointing {
  readonly ring = new GazeRing();
  /** Answer by looking although there are controllers or hands. */
  gazeWanted = false;
  /** The widget pointed at. */
  hovered: string | null = null;
  private readonly dwell = new Dwell();
  private readonly viewer: Viewer;
  private readonly panel: Panel;
  private readonly press: (widget: string, how: How) => void;

  constructor(viewer: Viewer, panel: Panel, press: (widget: string, how: How) => void) {
    this.viewer = viewer;
    this.panel = panel;
    this.press = press;
    viewer.inputs.onSelect((side) => this.select(side));
  }

  /** Call once a frame in VR. */
  update(deltaSeconds: number): void {
    const { inputs, cursor } = this.viewer;
    this.hovered = null;
    cursor.visible = false;
    for (const side of inputs.sides) {
      const hit = side.points ? this.panel.meet(side.origin, side.direction) : null;
      side.ray.visible = hit !== null;
      if (!hit) continue;
      side.ray.scale.z = hit.distance;
      this.mark(cursor, side.origin, side.direction, hit);
    }
    if (this.gazeWanted || !inputs.pointing) this.gaze(deltaSeconds);
    else this.rest();
  }

  /** Takes everything away, as when VR ends. */
  rest(): void {
    this.dwell.reset();
    this.ring.fill(0);
  }

  private gaze(deltaSeconds: number): void {
    const { head } = this.viewer;
    origin.setFromMatrixPosition(head.matrixWorld);
    direction.set(0, 0, -1).transformDirection(head.matrixWorld);
    const hit = this.panel.meet(origin, direction);
    if (hit) this.mark(this.ring.mesh, origin, direction, hit);
    const selected = this.dwell.update(hit?.widget?.id ?? null, deltaSeconds);
    this.ring.fill(hit ? this.dwell.progress : 0);
    if (selected) this.press(selected, "gaze");
  }

  private select(side: Side): void {
    const hit = this.panel.meet(side.origin, side.direction);
    if (hit?.widget) this.press(hit.widget.id, side.how);
  }

  /** Puts a mark a little before the panel where a ray meets it. */
  private mark(mark: THREE.Object3D, from: THREE.Vector3, along: THREE.Vector3, hit: PanelHit): void {
    this.hovered = hit.widget?.id ?? this.hovered;
    mark.visible = true;
    const parent = this.panel.mesh.parent;
    if (!parent) return;
    if (mark.parent !== parent) parent.add(mark);
    point.copy(from).addScaledVector(along, hit.distance);
    parent.worldToLocal(point);
    mark.position.copy(point);
    mark.position.z += 0.004;
  }
}
