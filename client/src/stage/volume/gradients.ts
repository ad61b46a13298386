/** Normals and magnitudes of a volume's gradient, precomputed: shading then costs one fetch a sample, not six. */
import { at, invert, type Matrix } from "./matrices";

/**
 * Central differences in the world, packed for the card: (x, y, z) of the vector towards falling values, of length
 * m / (m + 8) so that between voxels a faint gradient counts less than a strong one, each -1..1 as 0..255, then the
 * magnitude m in bytes per mm, as `255 * (1 - exp(-magnitude / 16))`.
 *
 * @param size - Voxels along x, y, z.
 * @param values - One byte a voxel, x fastest.
 * @param indexToWorld - 16 numbers, column-major, to mm; may be oblique and anisotropic.
 * @returns 4 bytes a voxel.
 */
export function packGradients(
  size: readonly [number, number, number],
  values: Uint8Array,
  indexToWorld: Matrix,
): Uint8Array {
  const [nx, ny, nz] = size;
  const inverse = invert(indexToWorld);
  // A gradient is a covector: it goes through the inverse transposed.
  const [ax, ay, az] = [at(inverse, 0, 0), at(inverse, 0, 1), at(inverse, 0, 2)];
  const [bx, by, bz] = [at(inverse, 1, 0), at(inverse, 1, 1), at(inverse, 1, 2)];
  const [cx, cy, cz] = [at(inverse, 2, 0), at(inverse, 2, 1), at(inverse, 2, 2)];
  const out = new Uint8Array(nx * ny * nz * 4);
  const byteOf = Uint8Array.from({ length: 4096 }, (_, i) => Math.round(255 * (1 - Math.exp(-i / 8 / 16))));
  for (let z = 0; z < nz; z++) {
    const below = z > 0 ? -nx * ny : 0;
    const above = z < nz - 1 ? nx * ny : 0;
    const perZ = above - below ? (nx * ny) / (above - below) : 0;
    for (let y = 0; y < ny; y++) {
      const front = y > 0 ? -nx : 0;
      const behind = y < ny - 1 ? nx : 0;
      const perY = behind - front ? nx / (behind - front) : 0;
      let cell = (z * ny + y) * nx;
      for (let x = 0; x < nx; x++, cell++) {
        const left = x > 0 ? -1 : 0;
        const right = x < nx - 1 ? 1 : 0;
        const i =
          right - left
            ? ((values[cell + left] as number) - (values[cell + right] as number)) / (right - left)
            : 0;
        const j = ((values[cell + front] as number) - (values[cell + behind] as number)) * perY;
        const k = ((values[cell + below] as number) - (values[cell + above] as number)) * perZ;
        const gx = i * ax + j * bx + k * cx;
        const gy = i * ay + j * by + k * cy;
        const gz = i * az + j * bz + k * cz;
        const magnitude = Math.sqrt(gx * gx + gy * gy + gz * gz);
        const scale = 127.5 / (magnitude + 8);
        out[cell * 4] = gx * scale + 128;
        out[cell * 4 + 1] = gy * scale + 128;
        out[cell * 4 + 2] = gz * scale + 128;
        out[cell * 4 + 3] = byteOf[Math.min(4095, Math.round(magnitude * 8))] as number;
      }
    }
  }
  return out;
}
