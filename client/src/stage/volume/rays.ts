/**
 * The rays of one eye in the texture coordinates of a volume.
 *
 * Let A, B, C, E be the columns of the inverse of (projection x view x world from texture). A point of the screen
 * (x, y) and depth z lies at the homogeneous point A x + B y + C z + E, so C is the eye itself (at infinity where the
 * projection is parallel) and the direction of the ray is linear in x and y, whatever the projection: symmetric,
 * asymmetric as in headsets, or parallel.
 */
import { invert, type Matrix, multiply, transformPoint, type Vector3, type Vector4 } from "./matrices";

/** Everything is linear in screen coordinates: `base + x * alongX + y * alongY`, x and y from -1 to 1. */
export interface Rays {
  near: { base: Vector4; alongX: Vector4; alongY: Vector4 };
  direction: { base: Vector3; alongX: Vector3; alongY: Vector3 };
  /** Clip coordinates from texture coordinates, column-major. */
  clipFromTexture: Float64Array;
}

/** Finds the rays of an eye; a projection or view that cannot be inverted throws a RangeError. */
export function raysOf(projection: Matrix, view: Matrix, worldFromTexture: Matrix): Rays {
  const clipFromTexture = multiply(multiply(projection, view), worldFromTexture);
  const inverse = invert(clipFromTexture);
  const column = (c: number): Vector4 => [
    inverse[c * 4] ?? 0,
    inverse[c * 4 + 1] ?? 0,
    inverse[c * 4 + 2] ?? 0,
    inverse[c * 4 + 3] ?? 0,
  ];
  const [a, b, eye, e] = [column(0), column(1), column(2), column(3)];
  const towards = ([x, y, z, w]: Vector4): Vector3 => [
    x * eye[3] - eye[0] * w,
    y * eye[3] - eye[1] * w,
    z * eye[3] - eye[2] * w,
  ];
  const near = transformPoint(inverse, [0, 0, -1]);
  const far = transformPoint(inverse, [0, 0, 1]);
  const middle = towards(e);
  const ahead =
    middle[0] * (far[0] - near[0]) + middle[1] * (far[1] - near[1]) + middle[2] * (far[2] - near[2]);
  const scale = Math.sign(ahead) / Math.hypot(...middle);
  const scaled = ([x, y, z]: Vector3): Vector3 => [x * scale, y * scale, z * scale];
  return {
    near: { base: [e[0] - eye[0], e[1] - eye[1], e[2] - eye[2], e[3] - eye[3]], alongX: a, alongY: b },
    direction: { base: scaled(middle), alongX: scaled(towards(a)), alongY: scaled(towards(b)) },
    clipFromTexture,
  };
}
