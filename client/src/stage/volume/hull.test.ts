import { expect, test } from "vitest";
import { hullOf } from "./hull";

const triangles = (corners: Float32Array) => corners.length / 9;

test("one block has six faces, two share none between them", () => {
  const apart = new Uint8Array(8 * 4 * 4).fill(1);
  apart[0] = 0;
  expect(triangles(hullOf(apart, { count: [8, 4, 4], edge: 4 }, [33, 17, 17]))).toBe(12);
  apart[4] = 0;
  expect(triangles(hullOf(apart, { count: [8, 4, 4], edge: 4 }, [33, 17, 17]))).toBe(20);
});

test("a full volume's hull is its box, to its faces", () => {
  const corners = hullOf(new Uint8Array(3 * 2 * 2), { count: [3, 2, 2], edge: 4 }, [11, 8, 9]);
  expect(Math.min(...corners)).toBe(0);
  expect(Math.max(...corners)).toBe(1);
});

test("faces lie where blocks do: bricks begin at the centre of the first voxel", () => {
  const apart = new Uint8Array(12).fill(1);
  apart[5] = 0;
  const corners = hullOf(apart, { count: [12, 1, 1], edge: 4 }, [49, 5, 5]);
  const xs = Array.from(corners).filter((_, i) => i % 3 === 0);
  expect(Math.min(...xs)).toBeCloseTo(16.5 / 49, 6);
  expect(Math.max(...xs)).toBeCloseTo(32.5 / 49, 6);
});

test("nothing seen has no hull", () => {
  expect(hullOf(new Uint8Array(8).fill(63), { count: [2, 2, 2], edge: 4 }, [8, 8, 8]).length).toBe(0);
});
