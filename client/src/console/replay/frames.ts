import type { Frame } from "../api/types.ts";

/** The place of the last frame at or before `at_s`; -1 before the first. */
export function frameIndex(frames: { at_s: number }[], at_s: number): number {
  let low = 0;
  let high = frames.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((frames[middle]?.at_s ?? 0) <= at_s) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Frames further apart than this did not change in between: they are not blended. */
const GAP_S = 0.25;

/**
 * The state as it is to be drawn at `at_s`, written into `into`: numbers go smoothly from one frame to the next.
 * Returns the frame in force, or null before the first.
 */
export function stateAt(frames: Frame[], at_s: number, into: Record<string, unknown>): Frame | null {
  const index = frameIndex(frames, at_s);
  const frame = frames[Math.max(0, index)];
  if (!frame) return null;
  const next = frames[index + 1];
  const span = next ? next.at_s - frame.at_s : 0;
  const share = next && index >= 0 && span <= GAP_S ? (at_s - frame.at_s) / span : 0;
  for (const name in frame.state) {
    const from = frame.state[name];
    const to = next?.state[name];
    into[name] = typeof from === "number" && typeof to === "number" ? from + (to - from) * share : from;
  }
  return frame;
}
