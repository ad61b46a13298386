import { describe, expect, it } from "vitest";
import { labelSurface } from "./label_surface";

const SIZE = [24, 20, 18] as const;

function ball(radius: number, middle: readonly [number, number, number] = [12, 10, 9]): Uint8Array {
  const labels = new Uint8Array(SIZE[0] * SIZE[1] * SIZE[2]);
  labels.forEach((_, at) => {
    const [x, y, z] = [
      at % SIZE[0],
      Math.floor(at / SIZE[0]) % SIZE[1],
      Math.floor(at / (SIZE[0] * SIZE[1])),
    ];
    labels[at] = Math.hypot(x - middle[0], y - middle[1], z - middle[2]) <= radius ? 7 : 0;
  });
  return labels;
}

/** By the divergence theorem; positive where faces are counter-clockwise seen from outside. */
function volumeOf({ vertices, faces }: { vertices: Float32Array; faces: Uint32Array }): number {
  let sum = 0;
  const at = (vertex: number) => [0, 1, 2].map((axis) => vertices[3 * vertex + axis] as number);
  for (let face = 0; face < faces.length; face += 3) {
    const [a, b, c] = [0, 1, 2].map((corner) => at(faces[face + corner] as number)) as [
      number[],
      number[],
      number[],
    ];
    const [ax, ay, az] = a as [number, number, number];
    const [bx, by, bz] = b as [number, number, number];
    const [cx, cy, cz] = c as [number, number, number];
    sum += ax * (by * cz - bz * cy) + ay * (bz * cx - bx * cz) + az * (bx * cy - by * cx);
  }
  return sum / 6;
}

function openEdges(faces: Uint32Array): number {
  const seen = new Map<string, number>();
  for (let face = 0; face < faces.length; face += 3) {
    for (let side = 0; side < 3; side++) {
      const [a, b] = [faces[face + side], faces[face + ((side + 1) % 3)]];
      seen.set(`${a} ${b}`, (seen.get(`${a} ${b}`) ?? 0) + 1);
    }
  }
  return [...seen.keys()].filter((edge) => !seen.has(edge.split(" ").reverse().join(" "))).length;
}

describe("the surface of a label", () => {
  it("is closed, faces outwards and keeps the volume", () => {
    const mesh = labelSurface(ball(7), SIZE, 7);
    expect(openEdges(mesh.faces)).toBe(0);
    const voxels = ball(7).filter((value) => value === 7).length;
    expect(volumeOf(mesh) / voxels).toBeGreaterThan(0.93);
    expect(volumeOf(mesh) / voxels).toBeLessThan(1.05);
  });

  it("is closed at the border of the scan", () => {
    expect(openEdges(labelSurface(ball(7, [0, 0, 17]), SIZE, 7).faces)).toBe(0);
  });

  it("is empty for a label that is nowhere", () => {
    expect(labelSurface(ball(5), SIZE, 3).faces).toHaveLength(0);
  });
});
