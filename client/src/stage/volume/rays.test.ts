import { expect, test } from "vitest";
import {
  invert,
  lookAt,
  multiply,
  orthographic,
  perspective,
  spacingMm,
  transformPoint,
  type Vector3,
  worldFromTexture,
} from "./matrices";
import { raysOf } from "./rays";

/** Oblique, anisotropic: 0.7, 1.1 and 3 mm. */
const indexToWorld = (() => {
  const turn = lookAt([3, -5, 2], [0, 0, 0], [0.2, 0.1, 1]);
  return multiply(invert(turn), [0.7, 0, 0, 0, 0, 1.1, 0, 0, 0, 0, 3, 0, -10, -20, -30, 1]);
})();
const size: Vector3 = [30, 40, 20];

test("a matrix times its inverse changes nothing", () => {
  const product = multiply(indexToWorld, invert(indexToWorld));
  product.forEach((value, i) => {
    expect(value).toBeCloseTo(i % 5 === 0 ? 1 : 0, 12);
  });
  expect(() => invert(new Float32Array(16))).toThrow(RangeError);
});

test("spacing is the length of the axes, however they lie", () => {
  expect(spacingMm(indexToWorld)).toEqual([0.7, 1.1, 3].map((mm) => expect.closeTo(mm, 6)));
});

test("the middle of a texel is the voxel's centre, and the faces lie half a voxel outside", () => {
  const m = worldFromTexture(size, indexToWorld);
  for (const index of [
    [0, 0, 0],
    [29, 39, 19],
    [7, 3, 11],
  ] as const) {
    const texture = index.map((i, axis) => (i + 0.5) / (size[axis] as number)) as [number, number, number];
    const wanted = transformPoint(indexToWorld, index);
    expect(transformPoint(m, texture)).toEqual(wanted.map((v) => expect.closeTo(v, 9)));
  }
});

const asymmetric = () => {
  // As a headset's left eye: wider to the left.
  const projection = perspective(90, 1, 5, 900);
  projection[8] = -0.25;
  projection[9] = 0.1;
  return projection;
};

test.each([
  ["perspective", perspective(60, 1.3, 5, 900)],
  ["an asymmetric headset", asymmetric()],
  ["parallel", orthographic(120, 90, 5, 900)],
])("rays of %s go through every point of their pixel, away from the eye", (_, projection) => {
  const view = lookAt([60, -90, 40], [5, 3, -2], [0, 0, 1]);
  const toWorld = worldFromTexture(size, indexToWorld);
  const rays = raysOf(projection, view, toWorld);
  const inverse = invert(multiply(multiply(projection, view), toWorld));
  for (const [x, y] of [
    [0, 0],
    [-0.9, 0.4],
    [0.7, -1],
  ] as const) {
    const linear = (from: {
      base: readonly number[];
      alongX: readonly number[];
      alongY: readonly number[];
    }) =>
      from.base.map((value, i) => value + x * (from.alongX[i] as number) + y * (from.alongY[i] as number));
    const near = linear(rays.near);
    const start = near.slice(0, 3).map((value) => value / (near[3] as number));
    const direction = linear(rays.direction);
    expect(start).toEqual(transformPoint(inverse, [x, y, -1]).map((v) => expect.closeTo(v, 6)));
    const far = transformPoint(inverse, [x, y, 0.8]);
    const along = far.map((v, i) => (v - (start[i] as number)) / (direction[i] as number));
    expect(along[0]).toBeGreaterThan(0);
    expect(along[1]).toBeCloseTo(along[0] as number, 4);
    expect(along[2]).toBeCloseTo(along[0] as number, 4);
  }
});

test("a view without direction is refused", () => {
  expect(() => lookAt([0, 0, 0], [0, 0, 0], [0, 0, 1])).toThrow(RangeError);
  expect(() => lookAt([0, 0, 5], [0, 0, 0], [0, 0, 1])).toThrow(RangeError);
});
