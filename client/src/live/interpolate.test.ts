import { describe, expect, it } from "vitest";
import { Interpolator } from "./interpolate.ts";

const STEP_MS = 1000 / 60;

function at(interpolator: Interpolator, nowMs: number): number {
  const into = { height_m: Number.NaN };
  interpolator.sample(nowMs, into);
  return into.height_m;
}

describe("interpolation", () => {
  it("gives the state of 100 ms ago, in between linearly", () => {
    const smooth = new Interpolator({ height_m: 0 }, 50);
    for (const [timeMs, height_m] of [
      [0, 0],
      [50, 1],
      [100, 3],
    ] as const)
      smooth.push(timeMs, { height_m });
    expect([100, 125, 150, 175, 200, 900].map((now) => at(smooth, now))).toEqual([0, 0.5, 1, 2, 3, 3]);
  });

  it("does not drift toward a value that came after a long rest", () => {
    const smooth = new Interpolator({ height_m: 0 }, STEP_MS);
    smooth.push(0, { height_m: 0 });
    smooth.push(10_000, { height_m: 6 });
    expect(at(smooth, 9_000)).toBe(0);
    expect(at(smooth, 10_000 - STEP_MS + 100)).toBeCloseTo(0, 6);
    expect(at(smooth, 10_100)).toBe(6);
  });

  it("leaves out a state that is older than the last", () => {
    const smooth = new Interpolator({ height_m: 0 }, 50);
    smooth.push(100, { height_m: 2 });
    smooth.push(50, { height_m: 9 });
    expect(at(smooth, 300)).toBe(2);
  });

  it("never leaves the range of what it was given", () => {
    const smooth = new Interpolator({ height_m: 0 }, STEP_MS);
    let seed = 5;
    for (let tick = 0; tick < 500; tick += 1) {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      smooth.push(tick * STEP_MS * (1 + (seed % 3)), { height_m: (seed % 1000) / 10 });
      const now = at(smooth, tick * STEP_MS + (seed % 250));
      expect(now).toBeGreaterThanOrEqual(0);
      expect(now).toBeLessThanOrEqual(100);
    }
  });

  it("holds still, then goes on from there softly", () => {
    const smooth = new Interpolator({ height_m: 0 }, STEP_MS);
    const shown = { height_m: 0 };
    smooth.push(0, { height_m: 4 });
    smooth.sample(1000, shown);
    smooth.hold(shown);
    smooth.push(2000, { height_m: 8 });
    smooth.sample(3000, shown);
    expect(shown.height_m).toBe(4);
    smooth.release(3000, true);
    const path = [3000, 3375, 3750, 4125, 4500].map((now) => at(smooth, now));
    expect(path[0]).toBe(4);
    expect(path[2]).toBe(6);
    expect(path[4]).toBe(8);
    expect([...path].sort((a, b) => a - b)).toEqual(path);
  });

  it("jumps where softness would take one along too fast", () => {
    const smooth = new Interpolator({ height_m: 0 }, STEP_MS);
    smooth.push(0, { height_m: 4 });
    smooth.hold({ height_m: 4 });
    smooth.push(2000, { height_m: 50 });
    smooth.release(3000, false);
    expect(at(smooth, 3000)).toBe(50);
  });
});
