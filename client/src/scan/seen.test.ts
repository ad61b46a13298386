import { describe, expect, it } from "vitest";
import { seenWords } from "./seen";

const SIZE = { width: 800, height: 600 };

describe("as seen", () => {
  it("tells a picture that was drawn as it is meant", () => {
    expect(seenWords({ scale: 1, stepVoxels: 1 }, SIZE, 0.7, 81.6)).toBe(
      "As seen: full quality; step 0.70 mm (1 × the voxel spacing), 800 × 600 pixels, all of the screen's, drawn in 82 ms.",
    );
  });

  it("tells what was left out, and what that costs", () => {
    const words = seenWords({ scale: 0.5, stepVoxels: 2 }, SIZE, 0.7, 20, { mean: 0.012, greatest: 0.3 });
    expect(words).toContain("coarser, to keep up; step 1.40 mm");
    expect(words).toContain("400 × 300 pixels of the screen's 800 × 600");
    expect(words).toContain("off by 1.2 % on average, 30.0 % at most");
  });
});
