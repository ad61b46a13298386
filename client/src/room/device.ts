/** What the device says of itself: battery, and how steadily it draws. */
import type { Device } from "../wire/generated.ts";

const KEPT = 1024;
/** A frame that took this many times its due interval was missed. */
const MISSED = 1.5;

/** Intervals between frames. Adding one allocates nothing. */
export class FrameIntervals {
  private readonly intervalsMs = new Float64Array(KEPT);
  private count = 0;

  add(intervalMs: number): void {
    this.intervalsMs[this.count % KEPT] = intervalMs;
    this.count += 1;
  }

  /** Percentiles in ms and the share of missed frames since the last call; null before any frame. */
  take(rateHz: number): { p50: number; p95: number; p99: number; missed: number } | null {
    const count = Math.min(this.count, KEPT);
    if (count === 0) return null;
    const sorted = this.intervalsMs.slice(0, count).sort();
    this.count = 0;
    const at = (share: number): number => sorted[Math.min(count - 1, Math.floor(share * count))] as number;
    const limit = (MISSED * 1000) / rateHz;
    return {
      p50: at(0.5),
      p95: at(0.95),
      p99: at(0.99),
      missed: sorted.filter((interval) => interval > limit).length / count,
    };
  }
}

interface Battery {
  readonly level: number;
}

/** The battery's level, 0 to 1; null where the browser does not tell. */
export async function readBattery(): Promise<number | null> {
  const source = navigator as Navigator & { getBattery?: () => Promise<Battery> };
  const battery = await source.getBattery?.().catch(() => null);
  return battery?.level ?? null;
}

/** The message for the room. */
export function deviceMessage(
  frames: ReturnType<FrameIntervals["take"]>,
  battery: number | null,
  presenting: boolean,
  visible: boolean,
): Device {
  const tenth = (value: number | undefined): number | null =>
    value === undefined ? null : Math.round(value * 10) / 10;
  return {
    type: "device",
    presenting,
    visible,
    battery,
    frame_p50_ms: tenth(frames?.p50),
    frame_p95_ms: tenth(frames?.p95),
    frame_p99_ms: tenth(frames?.p99),
    missed_share: frames ? Math.round(frames.missed * 1000) / 1000 : null,
  };
}
