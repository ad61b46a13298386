import { expect, test } from "vitest";
import { blueNoise } from "./blue_noise";

test("every level comes equally often, the same each time", () => {
  const noise = blueNoise(32);
  const counts = new Array(256).fill(0);
  for (const level of noise) counts[level]++;
  expect(new Set(counts)).toEqual(new Set([4]));
  expect(blueNoise(32)).toEqual(noise);
});

test("neighbours differ more than in white noise, across the seam too", () => {
  const edge = 32;
  const noise = blueNoise(edge);
  let sum = 0;
  for (let y = 0; y < edge; y++)
    for (let x = 0; x < edge; x++)
      sum += Math.abs((noise[y * edge + x] as number) - (noise[y * edge + ((x + 1) % edge)] as number));
  // Two independent even levels differ by a third of the range, 85, on the average.
  expect(sum / edge / edge).toBeGreaterThan(95);
});

test("averages over small blocks hardly differ", () => {
  const edge = 64;
  const noise = blueNoise(edge);
  const blocks: number[] = [];
  for (let y = 0; y < edge; y += 8)
    for (let x = 0; x < edge; x += 8) {
      let sum = 0;
      for (let i = 0; i < 64; i++) sum += noise[(y + (i >> 3)) * edge + x + (i & 7)] as number;
      blocks.push(sum / 64);
    }
  const spread = Math.sqrt(blocks.reduce((sum, mean) => sum + (mean - 127.5) ** 2, 0) / blocks.length);
  // White noise would give 74 / 8 = 9.2.
  expect(spread).toBeLessThan(4);
});
