/**
 * Which parts of a volume can be seen at all, and how far a ray may leap where nothing can.
 *
 * A brick spans `edge` voxels between voxel centres; trilinear interpolation inside it uses the voxels from its first
 * to the first of the next brick and no others, so its minimum and maximum bound every sample inside it. Pure
 * functions of arrays, so that they may run in a worker.
 */
import { LEVELS } from "./transfer";

export interface Bricks {
  /** Voxels along the edge of a brick. */
  edge: number;
  /** Bricks along x, y, z. */
  count: readonly [number, number, number];
  /** Least and greatest byte that interpolation inside each brick can meet, x fastest. */
  low: Uint8Array;
  high: Uint8Array;
}

/** No leap is longer than this many bricks. */
export const FARTHEST = 63;

/** Finds least and greatest value of every brick. */
export function measureBricks(
  size: readonly [number, number, number],
  values: Uint8Array,
  edge: number,
): Bricks {
  const [nx, ny, nz] = size;
  // Rows, columns and slices are reduced one axis after the other: each voxel is read about once.
  const alongX = reduce(values, values, [1, nx, ny * nz], edge);
  const cx = bricksAlong(nx, edge);
  const alongY = reduce(alongX.low, alongX.high, [cx, ny, nz], edge);
  const cy = bricksAlong(ny, edge);
  const { low, high } = reduce(alongY.low, alongY.high, [cx * cy, nz, 1], edge);
  return { edge, count: [cx, cy, bricksAlong(nz, edge)], low, high };
}

/** Bricks along an axis of `voxels`: the last one ends at or behind the last voxel's centre. */
export const bricksAlong = (voxels: number, edge: number): number =>
  Math.max(1, Math.ceil((voxels - 1) / edge));

function reduce(
  low: Uint8Array,
  high: Uint8Array,
  [inner, along, outer]: readonly [number, number, number],
  edge: number,
): { low: Uint8Array; high: Uint8Array } {
  const bricks = bricksAlong(along, edge);
  const out = {
    low: new Uint8Array(inner * bricks * outer).fill(255),
    high: new Uint8Array(inner * bricks * outer),
  };
  for (let o = 0; o < outer; o++)
    for (let b = 0; b < bricks; b++) {
      const to = (o * bricks + b) * inner;
      const last = Math.min(b * edge + edge, along - 1);
      for (let a = b * edge; a <= last; a++) {
        const from = (o * along + a) * inner;
        for (let i = 0; i < inner; i++) {
          const [least, most] = [low[from + i] as number, high[from + i] as number];
          if (least < (out.low[to + i] as number)) out.low[to + i] = least;
          if (most > (out.high[to + i] as number)) out.high[to + i] = most;
        }
      }
    }
  return out;
}

/** 1 where a brick meets a value that takes light away, by prefix sums over the table. */
export function seenBy(bricks: Bricks, table: Float32Array): Uint8Array {
  // visible[b] counts the spans between neighbouring bytes below b along which anything is seen.
  const visible = new Uint32Array(LEVELS);
  const dense = (byte: number) => (table[byte * 4 + 3] as number) > 0;
  for (let byte = 1; byte < LEVELS; byte++)
    visible[byte] = (visible[byte - 1] as number) + (dense(byte) || dense(byte - 1) ? 1 : 0);
  return bricks.low.map((low, brick) => {
    const high = bricks.high[brick] as number;
    return dense(low) || visible[high] !== visible[low] ? 1 : 0;
  });
}

/** 1 where a brick holds a part of the surface at `level`, in bytes. */
export function crossedBy(bricks: Bricks, level: number): Uint8Array {
  return bricks.low.map((low, brick) => (low < level && (bricks.high[brick] as number) >= level ? 1 : 0));
}

/** 1 where a brick holds anything above `level`, in bytes. */
export function above(bricks: Bricks, level: number): Uint8Array {
  return bricks.high.map((high) => (high > level ? 1 : 0));
}

/**
 * Chebyshev distance in bricks to the nearest brick that is seen: 0 inside, at most `FARTHEST`.
 *
 * Two sweeps over the 13 neighbours before and behind are exact for this distance (Rosenfeld and Pfaltz, 1966).
 */
export function distances(occupied: Uint8Array, count: readonly [number, number, number]): Uint8Array {
  const [nx, ny, nz] = count;
  const [px, py] = [nx + 2, ny + 2];
  // A border keeps the inner loop free of tests.
  const padded = new Uint8Array(px * py * (nz + 2)).fill(FARTHEST);
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++)
      for (let x = 0; x < nx; x++)
        if (occupied[(z * ny + y) * nx + x]) padded[((z + 1) * py + y + 1) * px + x + 1] = 0;
  const before: number[] = [];
  for (let dz = -1; dz <= 0; dz++)
    for (let dy = -1; dy <= (dz < 0 ? 1 : 0); dy++)
      for (let dx = -1; dx <= (dz < 0 || dy < 0 ? 1 : -1); dx++) before.push((dz * py + dy) * px + dx);
  const relax = (cell: number, sign: number) => {
    let nearest = padded[cell] as number;
    for (const offset of before) {
      const there = (padded[cell + sign * offset] as number) + 1;
      if (there < nearest) nearest = there;
    }
    padded[cell] = nearest;
  };
  for (let z = 1; z <= nz; z++)
    for (let y = 1; y <= ny; y++) for (let x = 1; x <= nx; x++) relax((z * py + y) * px + x, 1);
  for (let z = nz; z >= 1; z--)
    for (let y = ny; y >= 1; y--) for (let x = nx; x >= 1; x--) relax((z * py + y) * px + x, -1);
  const out = new Uint8Array(nx * ny * nz);
  for (let z = 0; z < nz; z++)
    for (let y = 0; y < ny; y++) {
      const from = ((z + 1) * py + y + 1) * px + 1;
      out.set(padded.subarray(from, from + nx), (z * ny + y) * nx);
    }
  return out;
}
