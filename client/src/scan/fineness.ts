/** How finely a picture can be drawn in the time there is: from what the last ones took. */
import type { Fineness } from "./picture";

/** While it is turned, a picture may take so long. */
export const MOVING_MS = 60;
/** When it is at rest, it is drawn as it is meant, unless that took longer than this. */
export const STILL_MS = 4000;
const LEAST_SHARE = 0.2;
const COARSE_STEP_VOXELS = 2;

export class Pace {
  /** Milliseconds a pixel at a step of one voxel, as last seen; a guess before the first picture. */
  private perPixelMs = 4e-5;

  /** Takes note of what a picture took. */
  took(ms: number, { width, height, stepVoxels }: Fineness): void {
    const now = (ms * stepVoxels ** 0.5) / (width * height);
    this.perPixelMs = this.perPixelMs * 0.5 + now * 0.5;
  }

  /** What fits. Where coarser pixels alone do not do, the steps grow too. */
  choose(full: { width: number; height: number }, moving: boolean): Fineness {
    const budget = moving ? MOVING_MS : STILL_MS;
    const needed = this.perPixelMs * full.width * full.height;
    let share = Math.sqrt(Math.min(1, budget / needed));
    let stepVoxels = 1;
    if (moving && share < 0.5) {
      stepVoxels = COARSE_STEP_VOXELS;
      share = Math.min(0.5, share * COARSE_STEP_VOXELS ** 0.25);
    }
    share = Math.max(LEAST_SHARE, share);
    // In steps, so that the canvas is not made anew for every picture.
    share = share >= 0.95 ? 1 : Math.max(LEAST_SHARE, Math.floor(share * 10) / 10);
    return { width: Math.round(full.width * share), height: Math.round(full.height * share), stepVoxels };
  }
}
