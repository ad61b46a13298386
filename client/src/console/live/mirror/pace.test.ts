import { describe, expect, it } from "vitest";
import { Pace } from "./pace.ts";

/** Runs a display at 60 Hz on which each picture takes `costMs`; gives how many were drawn in a second. */
function drawnInASecond(pace: Pace, costMs: number, fromMs = 0): number {
  let nowMs = fromMs;
  let drawn = 0;
  while (nowMs < fromMs + 1000) {
    const due = pace.isDue(nowMs);
    drawn += due ? 1 : 0;
    nowMs += 1000 / 60 + (due ? costMs : 0);
  }
  return drawn;
}

describe("Pace", () => {
  it("draws at its rate where drawing is cheap", () => {
    const drawn = drawnInASecond(new Pace(20), 0);
    expect(drawn).toBeGreaterThanOrEqual(19);
    expect(drawn).toBeLessThanOrEqual(21);
  });

  it("spends no more than about a third of the time on a computer that draws slowly", () => {
    const drawn = drawnInASecond(new Pace(20), 200);
    expect(drawn * 200).toBeLessThanOrEqual(400);
  });

  it("draws coarser when pictures are costly, and finer again when they are not", () => {
    const pace = new Pace(20);
    drawnInASecond(pace, 200);
    const coarse = pace.fineness;
    expect(coarse).toBeLessThan(1);
    drawnInASecond(pace, 0, 5000);
    expect(pace.fineness).toBeGreaterThan(coarse);
  });
});
