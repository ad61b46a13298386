import { describe, expect, it } from "vitest";
import type { Frame, Replay } from "../api/types.ts";
import { frameIndex, stateAt } from "./frames.ts";
import { readingsAt } from "./readings_at.ts";

const frame = (at_s: number, height_m: number, railing = "full"): Frame => ({
  at_s,
  tick: at_s * 60,
  phase: "running",
  state: { height_m, railing },
});
const frames = [frame(0, 0), frame(10, 0), frame(10.1, 1, "low"), frame(10.2, 2)];

describe("frameIndex", () => {
  it.each([
    [-1, -1],
    [0, 0],
    [9.9, 0],
    [10, 1],
    [10.15, 2],
    [99, 3],
  ])("at %d s is %d", (at, index) => expect(frameIndex(frames, at)).toBe(index));
});

describe("stateAt", () => {
  it("goes smoothly between frames that follow each other", () => {
    const state: Record<string, unknown> = {};
    stateAt(frames, 10.05, state);
    expect(state.height_m).toBeCloseTo(0.5);
    expect(state.railing).toBe("full");
  });

  it("holds still over a gap, for nothing changed in it", () => {
    const state: Record<string, unknown> = {};
    stateAt(frames, 5, state);
    expect(state.height_m).toBe(0);
  });

  it("is the first frame before it, the last one after it, and nothing without frames", () => {
    const state: Record<string, unknown> = {};
    expect(stateAt(frames, -3, state)?.at_s).toBe(0);
    stateAt(frames, 99, state);
    expect(state.height_m).toBe(2);
    expect(stateAt([], 3, state)).toBeNull();
  });
});

describe("readingsAt", () => {
  it("gives the last value of each line, and null before the first", () => {
    const suds = {
      key: "suds",
      label: "SUDS",
      unit: null,
      source: null,
      step: true,
      at_s: [3, 8],
      values: [40, 60],
    };
    const speed = { ...suds, key: "speed_mps" };
    const experience = { state: [{ name: "speed_mps", graded: false }] };
    const replay = { frames, series: [suds, speed], experience } as unknown as Replay;
    expect(readingsAt(replay, 9).readings.map(({ key }) => key)).toEqual(["suds"]);
    expect(readingsAt(replay, -1).phase).toBe("lobby");
    expect(readingsAt(replay, 1).readings[0]?.value).toBeNull();
    expect(readingsAt(replay, 7.9).readings[0]?.value).toBe(40);
    expect(readingsAt(replay, 50).readings[0]?.value).toBe(60);
  });
});
