import { describe, expect, it } from "vitest";
import { deviceMessage, FrameIntervals } from "./device.ts";

describe("frame intervals", () => {
  it("gives percentiles and the share of missed frames", () => {
    const frames = new FrameIntervals();
    for (let frame = 0; frame < 98; frame += 1) frames.add(11);
    frames.add(22);
    frames.add(40);
    expect(frames.take(90)).toEqual({ p50: 11, p95: 11, p99: 40, missed: 0.02 });
  });

  it("begins anew each time", () => {
    const frames = new FrameIntervals();
    expect(frames.take(72)).toBeNull();
    frames.add(14);
    frames.take(72);
    expect(frames.take(72)).toBeNull();
  });

  it("keeps the newest when there are many", () => {
    const frames = new FrameIntervals();
    for (let frame = 0; frame < 1024; frame += 1) frames.add(50);
    for (let frame = 0; frame < 1024; frame += 1) frames.add(10);
    expect(frames.take(90)?.p99).toBe(10);
  });

  it("becomes a message, rounded, with nothing where nothing is known", () => {
    const frames = { p50: 11.14, p95: 12.26, p99: 30, missed: 0.01234 };
    expect(deviceMessage(frames, 0.8, true, true)).toEqual({
      type: "device",
      presenting: true,
      visible: true,
      battery: 0.8,
      frame_p50_ms: 11.1,
      frame_p95_ms: 12.3,
      frame_p99_ms: 30,
      missed_share: 0.012,
    });
    expect(deviceMessage(null, null, false, false)).toMatchObject({ frame_p50_ms: null, missed_share: null });
  });
});
