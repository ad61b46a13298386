import { expect, test } from "vitest";
import { above, crossedBy, distances, FARTHEST, measureBricks, seenBy } from "./bricks";
import { LEVELS } from "./transfer";

/** Numbers that are the same on every run. */
function chance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function blobs(size: readonly [number, number, number], seed: number): Uint8Array {
  const next = chance(seed);
  const values = new Uint8Array(size[0] * size[1] * size[2]);
  for (let n = 0; n < 25; n++) values[Math.floor(next() * values.length)] = Math.floor(next() * 256);
  return values;
}

function interpolated(
  size: readonly [number, number, number],
  values: Uint8Array,
  at: readonly number[],
): number {
  let sum = 0;
  for (let corner = 0; corner < 8; corner++) {
    let [weight, cell, stride] = [1, 0, 1];
    for (let axis = 0; axis < 3; axis++) {
      const n = size[axis] as number;
      const q = Math.min(Math.max(at[axis] as number, 0), n - 1);
      const low = Math.min(Math.floor(q), Math.max(n - 2, 0));
      const high = (corner >> axis) & 1;
      weight *= high ? q - low : 1 - (q - low);
      cell += Math.min(low + high, n - 1) * stride;
      stride *= n;
    }
    sum += weight * (values[cell] as number);
  }
  return sum;
}

test.each([
  [[11, 8, 5], 4, 1],
  [[9, 17, 1], 4, 2],
  [[16, 16, 16], 8, 3],
  [[1, 1, 1], 4, 4],
] as const)("bricks of %j by %d bound every interpolated value", (size, edge, seed) => {
  const values = blobs(size, seed);
  const bricks = measureBricks(size, values, edge);
  const next = chance(seed + 100);
  for (let n = 0; n < 4000; n++) {
    const at = size.map((voxels) => next() * voxels - 0.5);
    const brick = at.map((q, axis) =>
      Math.min(Math.max(Math.floor(q / edge), 0), (bricks.count[axis] as number) - 1),
    ) as [number, number, number];
    const cell = (brick[2] * bricks.count[1] + brick[1]) * bricks.count[0] + brick[0];
    const value = interpolated(size, values, at);
    expect(value).toBeGreaterThanOrEqual((bricks.low[cell] as number) - 1e-9);
    expect(value).toBeLessThanOrEqual((bricks.high[cell] as number) + 1e-9);
  }
});

test("a brick's extremes are those of its voxels and of the first behind it", () => {
  const values = Uint8Array.from({ length: 9 }, (_, x) => x * 10);
  const { low, high, count } = measureBricks([9, 1, 1], values, 4);
  expect([Array.from(low), Array.from(high), count]).toEqual([
    [0, 40],
    [40, 80],
    [2, 1, 1],
  ]);
});

test("a brick is seen where any value between its extremes is seen, by brute force", () => {
  const next = chance(5);
  for (let round = 0; round < 20; round++) {
    const table = new Float32Array(LEVELS * 4);
    for (let byte = 0; byte < LEVELS; byte++) table[byte * 4 + 3] = next() < 0.05 ? next() : 0;
    const low = Uint8Array.from({ length: 400 }, () => Math.floor(next() * 256));
    const high = low.map((value) => Math.min(255, value + Math.floor(next() * 30)));
    const seen = seenBy({ edge: 4, count: [400, 1, 1], low, high }, table);
    seen.forEach((found, brick) => {
      let wanted = 0;
      for (let byte = low[brick] as number; byte <= (high[brick] as number); byte++)
        if ((table[byte * 4 + 3] as number) > 0) wanted = 1;
      expect(found).toBe(wanted);
    });
  }
});

test("surfaces lie where a brick has values on both sides; brightness where one exceeds", () => {
  const bricks = {
    edge: 4,
    count: [4, 1, 1] as const,
    low: Uint8Array.of(0, 10, 20, 0),
    high: Uint8Array.of(9, 30, 40, 10),
  };
  expect(Array.from(crossedBy(bricks, 10))).toEqual([0, 0, 0, 1]);
  expect(Array.from(crossedBy(bricks, 15))).toEqual([0, 1, 0, 0]);
  expect(Array.from(above(bricks, 10))).toEqual([0, 1, 1, 0]);
});

test.each([1, 2, 3])("distances are those of a search through all bricks (%d)", (seed) => {
  const next = chance(seed);
  const count = [9, 7, 6] as const;
  const occupied = Uint8Array.from({ length: 9 * 7 * 6 }, () => (next() < 0.02 * seed ? 1 : 0));
  const found = distances(occupied, count);
  const places = [...occupied.keys()].map((i) => [i % 9, Math.floor(i / 9) % 7, Math.floor(i / 63)] as const);
  const there = places.filter((_, i) => occupied[i]);
  places.forEach(([x, y, z], i) => {
    const nearest = Math.min(
      FARTHEST,
      ...there.map(([a, b, c]) => Math.max(Math.abs(a - x), Math.abs(b - y), Math.abs(c - z))),
    );
    expect(found[i]).toBe(nearest);
  });
});

test("an empty volume is as far from everything as can be", () => {
  expect(Array.from(distances(new Uint8Array(8), [2, 2, 2]))).toEqual(new Array(8).fill(FARTHEST));
});
