import { describe, expect, it } from "vitest";
import { MOVING_MS, Pace, STILL_MS } from "./fineness";

const FULL = { width: 800, height: 600 };

/** A machine that needs so much for a pixel. */
function settle(perPixelMs: number, moving: boolean) {
  const pace = new Pace();
  let chosen = pace.choose(FULL, moving);
  for (let frame = 0; frame < 20; frame++) {
    pace.took((perPixelMs * chosen.width * chosen.height) / chosen.stepVoxels ** 0.5, chosen);
    chosen = pace.choose(FULL, moving);
  }
  return { ...chosen, ms: (perPixelMs * chosen.width * chosen.height) / chosen.stepVoxels ** 0.5 };
}

describe("fineness", () => {
  it("is full on a fast machine", () => {
    expect(settle(1e-5, true)).toMatchObject({ ...FULL, stepVoxels: 1 });
  });

  it.each([2e-4, 5e-4, 1e-3])("holds the time of a picture in motion at %s ms a pixel", (perPixelMs) => {
    const { ms, width } = settle(perPixelMs, true);
    expect(ms).toBeLessThanOrEqual(MOVING_MS * 1.05);
    expect(width).toBeLessThan(FULL.width);
  });

  it("is full at rest, in steps of one voxel, where that takes no longer than allowed", () => {
    expect(settle(STILL_MS / (FULL.width * FULL.height) / 2, false)).toMatchObject({
      ...FULL,
      stepVoxels: 1,
    });
  });

  it("never vanishes", () => {
    expect(settle(1, true).width).toBeGreaterThanOrEqual(160);
  });
});
