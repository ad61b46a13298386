/** The ring that fills while something is looked at, so that one sees when it will be pressed. */
import * as THREE from "three";

const SEGMENTS = 48;
const INNER_M = 0.016;
const OUTER_M = 0.023;

export class GazeRing {
  readonly mesh: THREE.Mesh<THREE.RingGeometry, THREE.MeshBasicMaterial>;

  constructor() {
    const geometry = new THREE.RingGeometry(INNER_M, OUTER_M, SEGMENTS, 1, Math.PI / 2, -2 * Math.PI);
    const material = new THREE.MeshBasicMaterial({
      color: 0x2f7566,
      side: THREE.DoubleSide,
      transparent: true,
      depthTest: false,
      toneMapped: false,
      fog: false,
    });
    this.mesh = new THREE.Mesh(geometry, material);
    this.mesh.name = "gaze ring";
    this.mesh.renderOrder = 26;
    this.mesh.visible = false;
  }

  /** Fills the ring to a share, 0 to 1; at 0 it is not there. */
  fill(share: number): void {
    this.mesh.visible = share > 0;
    const segments = Math.max(1, Math.round(share * SEGMENTS));
    this.mesh.geometry.setDrawRange(0, segments * 6);
  }
}
