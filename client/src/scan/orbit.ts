/** Where the eye stands around a patient, and where it goes when it is turned. World: LPS mm. */
import { lookAt, type Vector3 } from "../stage/volume/matrices";

export interface Orbit {
  /** Degrees: 0 looks at the face, 90 at the patient's left side. */
  azimuth: number;
  /** Degrees above the level of the patient's middle, -90 to 90. */
  elevation: number;
  /** 1 shows all; 2 is twice as near. */
  zoom: number;
}

/** A sphere around all that is drawn. */
export interface Extent {
  middle: Vector3;
  radiusMm: number;
}

export const START: Orbit = { azimuth: 30, elevation: 15, zoom: 1 };
export const FIELD_OF_VIEW_DEG = 30;
const FILLED = 0.78;
export const MOST_ZOOM = 8;
export const LEAST_ZOOM = 0.5;

/** What is seen from each side of the patient. */
export const SIDES = {
  Front: { azimuth: 0, elevation: 0 },
  Back: { azimuth: 180, elevation: 0 },
  Left: { azimuth: 90, elevation: 0 },
  Right: { azimuth: 270, elevation: 0 },
  Above: { azimuth: 0, elevation: 90 },
  Below: { azimuth: 0, elevation: -90 },
} as const;

/** The orbit after a turn in degrees: to the right around the patient, and upwards. */
export function turned(orbit: Orbit, right: number, up: number): Orbit {
  return {
    ...orbit,
    azimuth: (((orbit.azimuth + right) % 360) + 360) % 360,
    elevation: Math.min(90, Math.max(-90, orbit.elevation + up)),
  };
}

export function zoomed(orbit: Orbit, factor: number): Orbit {
  return { ...orbit, zoom: Math.min(MOST_ZOOM, Math.max(LEAST_ZOOM, orbit.zoom * factor)) };
}

/** From the middle towards the eye, and what is up in the picture; unit vectors. */
export function axesOf({ azimuth, elevation }: Orbit): { back: Vector3; up: Vector3; right: Vector3 } {
  const [a, e] = [(azimuth * Math.PI) / 180, (elevation * Math.PI) / 180];
  return {
    back: [Math.sin(a) * Math.cos(e), -Math.cos(a) * Math.cos(e), Math.sin(e)],
    up: [-Math.sin(a) * Math.sin(e), Math.cos(a) * Math.sin(e), Math.cos(e)],
    right: [Math.cos(a), Math.sin(a), 0],
  };
}

/** How far the eye is from the middle. */
export function distanceMm(orbit: Orbit, extent: Extent): number {
  // Corners of the box hold air: what is inside fills the picture.
  return (FILLED * extent.radiusMm) / Math.sin((FIELD_OF_VIEW_DEG * Math.PI) / 360) / orbit.zoom;
}

/** The eye's view of the world. */
export function viewOf(orbit: Orbit, extent: Extent): Float32Array {
  const { back, up } = axesOf(orbit);
  const distance = distanceMm(orbit, extent);
  const [x, y, z] = extent.middle;
  return lookAt([x + back[0] * distance, y + back[1] * distance, z + back[2] * distance], extent.middle, up);
}

/** The box of a volume: the sphere around it. */
export function extentOf(size: Vector3, indexToWorld: ArrayLike<number>): Extent {
  const point = (index: Vector3): Vector3 => {
    const row = (r: number) =>
      (indexToWorld[r] as number) * index[0] +
      (indexToWorld[4 + r] as number) * index[1] +
      (indexToWorld[8 + r] as number) * index[2] +
      (indexToWorld[12 + r] as number);
    return [row(0), row(1), row(2)];
  };
  const middle = point([(size[0] - 1) / 2, (size[1] - 1) / 2, (size[2] - 1) / 2]);
  let radiusMm = 0;
  for (let corner = 0; corner < 8; corner++) {
    const at = point([
      corner & 1 ? size[0] - 0.5 : -0.5,
      corner & 2 ? size[1] - 0.5 : -0.5,
      corner & 4 ? size[2] - 0.5 : -0.5,
    ]);
    radiusMm = Math.max(radiusMm, Math.hypot(at[0] - middle[0], at[1] - middle[1], at[2] - middle[2]));
  }
  return { middle, radiusMm };
}

const LETTERS = [
  ["L", "R"],
  ["P", "A"],
  ["S", "I"],
] as const;

/** The side of the patient that a direction points at, one letter or two: `L`, `AS`. */
export function sideOf(direction: Vector3): string {
  return [0, 1, 2]
    .filter((axis) => Math.abs(direction[axis] as number) > 0.4)
    .sort((a, b) => Math.abs(direction[b] as number) - Math.abs(direction[a] as number))
    .slice(0, 2)
    .map((axis) => LETTERS[axis]?.[(direction[axis] as number) > 0 ? 0 : 1])
    .join("");
}
