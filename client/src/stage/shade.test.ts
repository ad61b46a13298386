import * as THREE from "three";
import { describe, expect, it } from "vitest";
import { bakeShade } from "./shade";

const ground = { x: -32, z: -32, side: 64, cells: 64 };
const fromRight = new THREE.Vector3(1, 1, 0);

/** Height of the shadow and openness to the sky at a point of the ground. */
function at(shade: ReturnType<typeof bakeShade>, x: number, z: number): { shadow: number; open: number } {
  const cell = (Math.floor(z - ground.z) * ground.cells + Math.floor(x - ground.x)) * 2;
  const data = shade.texture.image.data as Uint16Array;
  return {
    shadow: THREE.DataUtils.fromHalfFloat(data[cell] as number),
    open: THREE.DataUtils.fromHalfFloat(data[cell + 1] as number),
  };
}

describe("bakeShade", () => {
  const house = { x: 0, z: 0, width: 8, depth: 8, height: 12 };
  const shade = bakeShade([house], ground, fromRight);

  it("casts a shadow away from the sun that falls with distance", () => {
    expect(at(shade, -8, 0).shadow).toBeCloseTo(8, 0);
    expect(at(shade, -12, 0).shadow).toBeCloseTo(4, 0);
    expect(at(shade, -18, 0).shadow).toBe(0);
    expect(at(shade, 8, 0).shadow).toBe(0);
  });

  it("takes sky from what stands close, and none from what is far", () => {
    expect(at(shade, -6, 0).open).toBeLessThan(0.9);
    expect(at(shade, -28, 28).open).toBe(1);
  });
});
