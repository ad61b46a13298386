/** 4 x 4 matrices, column-major as WebGL has them, in double precision until they reach the card. */

export type Matrix = ArrayLike<number>;
export type Vector3 = readonly [number, number, number];
export type Vector4 = readonly [number, number, number, number];

/** The element in `row` and `column`; 0 outside the 16. */
export const at = (m: Matrix, row: number, column: number): number => m[column * 4 + row] ?? 0;

/** The product `a b`: `b` is applied first. */
export function multiply(a: Matrix, b: Matrix): Float64Array {
  const out = new Float64Array(16);
  for (let column = 0; column < 4; column++)
    for (let row = 0; row < 4; row++) {
      let sum = 0;
      for (let k = 0; k < 4; k++) sum += at(a, row, k) * at(b, k, column);
      out[column * 4 + row] = sum;
    }
  return out;
}

/** The inverse, by Gauss-Jordan elimination with pivoting. Throws a RangeError where there is none. */
export function invert(m: Matrix): Float64Array {
  const rows = [0, 1, 2, 3].map((row) => [
    ...[0, 1, 2, 3].map((column) => at(m, row, column)),
    ...[0, 1, 2, 3].map((column) => (row === column ? 1 : 0)),
  ]);
  const cell = (row: number, column: number) => rows[row]?.[column] ?? 0;
  for (let column = 0; column < 4; column++) {
    let pivot = column;
    for (let row = column + 1; row < 4; row++)
      if (Math.abs(cell(row, column)) > Math.abs(cell(pivot, column))) pivot = row;
    const size = cell(pivot, column);
    if (!Number.isFinite(1 / size)) throw new RangeError("a matrix that can be inverted was expected");
    const taken = rows[pivot] as number[];
    rows[pivot] = rows[column] as number[];
    rows[column] = taken.map((value) => value / size);
    for (let row = 0; row < 4; row++) {
      const factor = cell(row, column);
      if (row !== column) rows[row] = (rows[row] as number[]).map((v, k) => v - factor * cell(column, k));
    }
  }
  const out = new Float64Array(16);
  for (let i = 0; i < 16; i++) out[i] = cell(i % 4, 4 + Math.floor(i / 4));
  return out;
}

/** `m` times the point (x, y, z, w), without the division by w. */
export function transform(m: Matrix, [x, y, z, w]: Vector4): [number, number, number, number] {
  const row = (r: number) => at(m, r, 0) * x + at(m, r, 1) * y + at(m, r, 2) * z + at(m, r, 3) * w;
  return [row(0), row(1), row(2), row(3)];
}

/** `m` times the point (x, y, z), divided by w. */
export function transformPoint(m: Matrix, [x, y, z]: Vector3): [number, number, number] {
  const [a, b, c, w] = transform(m, [x, y, z, 1]);
  return [a / w, b / w, c / w];
}

/** A perspective projection with the vertical field of view in degrees and distances as in the view. */
export function perspective(fieldOfViewDeg: number, aspect: number, near: number, far: number): Float32Array {
  const f = 1 / Math.tan((fieldOfViewDeg * Math.PI) / 360);
  const z = (far + near) / (near - far);
  return new Float32Array([
    f / aspect,
    0,
    0,
    0,
    0,
    f,
    0,
    0,
    0,
    0,
    z,
    -1,
    0,
    0,
    (2 * far * near) / (near - far),
    0,
  ]);
}

/** A parallel projection that shows `width` by `height`, centred. */
export function orthographic(width: number, height: number, near: number, far: number): Float32Array {
  const depth = far - near;
  return new Float32Array([
    ...[2 / width, 0, 0, 0],
    ...[0, 2 / height, 0, 0],
    ...[0, 0, -2 / depth, 0],
    ...[0, 0, -(far + near) / depth, 1],
  ]);
}

/** The view from `eye` towards `target`. Throws a RangeError where they coincide or `up` points along the view. */
export function lookAt(eye: Vector3, target: Vector3, up: Vector3): Float32Array {
  const back = unit(subtract(eye, target));
  const right = unit(cross(up, back));
  const above = cross(back, right);
  const out = new Float32Array(16);
  [right, above, back].forEach((axis, row) => {
    for (let column = 0; column < 3; column++) out[column * 4 + row] = axis[column] ?? 0;
    out[12 + row] = -dot(axis, eye);
  });
  out[15] = 1;
  return out;
}

/** From texture coordinates, 0 to 1 over the faces of the volume, to the world in mm. */
export function worldFromTexture(size: Vector3, indexToWorld: Matrix): Float64Array {
  const [x, y, z] = size;
  // The centre of the first voxel lies half a voxel inside the face.
  return multiply(indexToWorld, [x, 0, 0, 0, 0, y, 0, 0, 0, 0, z, 0, -0.5, -0.5, -0.5, 1]);
}

/** Distances in mm between voxel centres along the three axes of the texture. */
export function spacingMm(indexToWorld: Matrix): [number, number, number] {
  const length = (column: number) =>
    Math.hypot(at(indexToWorld, 0, column), at(indexToWorld, 1, column), at(indexToWorld, 2, column));
  return [length(0), length(1), length(2)];
}

export const subtract = (a: Vector3, b: Vector3): Vector3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
export const dot = (a: Vector3, b: Vector3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const cross = (a: Vector3, b: Vector3): Vector3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

/** `a` with length 1. Throws a RangeError where it has none. */
export function unit(a: Vector3): Vector3 {
  const length = Math.hypot(...a);
  if (!(length > 0)) throw new RangeError("a direction was expected, got a vector of length 0");
  return [a[0] / length, a[1] / length, a[2] / length];
}
