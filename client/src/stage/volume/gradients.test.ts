import { expect, test } from "vitest";
import { packGradients } from "./gradients";
import { invert, lookAt, type Matrix, multiply, type Vector3 } from "./matrices";

const spacing = [0.8, 1.2, 2.5];
const turn = invert(lookAt([3, -5, 2], [0, 0, 0], [0.2, 0.1, 1]));
const oblique = multiply(turn, [0.8, 0, 0, 0, 0, 1.2, 0, 0, 0, 0, 2.5, 0, 0, 0, 0, 1]);
const straight = [0.8, 0, 0, 0, 0, 1.2, 0, 0, 0, 0, 2.5, 0, 0, 0, 0, 1];

const unpacked = (packed: Uint8Array, voxel: number) =>
  [0, 1, 2].map((c) => ((packed[voxel * 4 + c] as number) - 128) / 127.5) as [number, number, number];

function plane(size: Vector3, perVoxel: Vector3): Uint8Array {
  const values = new Uint8Array(size[0] * size[1] * size[2]);
  for (let z = 0; z < size[2]; z++)
    for (let y = 0; y < size[1]; y++)
      for (let x = 0; x < size[0]; x++)
        values[(z * size[1] + y) * size[0] + x] = 120 + x * perVoxel[0] + y * perVoxel[1] + z * perVoxel[2];
  return values;
}

test.each([
  ["straight", straight],
  ["oblique", oblique],
] as [string, Matrix][])(
  "a slope points towards falling values in the world: %s, borders too",
  (_, matrix) => {
    const size: Vector3 = [6, 5, 4];
    const perVoxel: Vector3 = [4, -6, 10];
    const packed = packGradients(size, plane(size, perVoxel), matrix);
    const axes = [0, 1, 2].map((axis) =>
      [0, 1, 2].map((row) => (matrix[axis * 4 + row] as number) / (spacing[axis] as number)),
    );
    const world = [0, 1, 2].map((row) =>
      axes.reduce(
        (sum, axis, i) => sum - ((axis[row] as number) * (perVoxel[i] as number)) / (spacing[i] as number),
        0,
      ),
    );
    const magnitude = Math.hypot(...world);
    for (const voxel of [0, 35, 119]) {
      const normal = unpacked(packed, voxel);
      const length = Math.hypot(...normal);
      normal.forEach((value, c) => {
        expect(Math.abs(value / length - (world[c] as number) / magnitude)).toBeLessThan(0.015);
      });
      expect(packed[voxel * 4 + 3]).toBeCloseTo(255 * (1 - Math.exp(-magnitude / 16)), -0.5);
    }
  },
);

test("nothing changes, nothing is lit", () => {
  const packed = packGradients([3, 3, 1], new Uint8Array(9).fill(77), straight);
  expect(Array.from(packed)).toEqual(new Array(9).fill([128, 128, 128, 0]).flat());
});

test("the store packs the same bytes", () => {
  const size: Vector3 = [5, 4, 3];
  const values = new Uint8Array(60);
  for (let z = 0, voxel = 0; z < 3; z++)
    for (let y = 0; y < 4; y++)
      for (let x = 0; x < 5; x++, voxel++) values[voxel] = (37 * x + 101 * y + 59 * z + 13 * x * y * z) % 256;
  const packed = packGradients(size, values, [0.5, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1]);
  // The same figures stand in tests/imaging/store/test_levels.py.
  expect(Array.from(packed.subarray(0, 4))).toEqual([58, 33, 100, 255]);
  expect(packed.reduce((sum, byte, i) => sum + byte * (i + 1), 0) % 65521).toBe(30696);
});
