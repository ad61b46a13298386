/** The ways to stop with the body: both grips, the upper button, the wrist. Escape and the word are elsewhere. */
import { BUTTON_HOLD_MS, GRIPS_HOLD_MS, Hold, type StopWay, WRIST_HOLD_MS } from "../xr/stop.ts";
import type { Viewer } from "./viewer.ts";

const RECENTRE_HOLD_MS = 700;

export class StopWays {
  private readonly grips = new Hold(GRIPS_HOLD_MS);
  private readonly upper = new Hold(BUTTON_HOLD_MS);
  private readonly wrist = new Hold(WRIST_HOLD_MS);
  private readonly lower = new Hold(RECENTRE_HOLD_MS);

  /** The way that is complete in this frame; null without one. Call once a frame in VR. */
  update(viewer: Viewer, nowMs: number): StopWay | null {
    const { inputs } = viewer;
    // Each is told of every frame, so that none misses when it is let go.
    const grips = this.grips.update(inputs.bothSqueezed, nowMs);
    const upper = this.upper.update(inputs.upperHeld, nowMs);
    const wrist = this.wrist.update(touchesWrist(viewer), nowMs);
    if (grips) return "grips";
    if (wrist) return "wrist";
    return upper ? "button" : null;
  }

  /** Whether the lower button has been held long enough to recentre. */
  recentres(viewer: Viewer, nowMs: number): boolean {
    return this.lower.update(viewer.inputs.lowerHeld, nowMs);
  }
}

/** The other hand touches the button, or presses while it points at it. */
function touchesWrist({ inputs, wrist }: Viewer): boolean {
  if (!wrist.mesh.visible) return false;
  return inputs.sides.some((side) => {
    if (!side.points || wrist.isWornBy(side)) return false;
    return wrist.touched(side.tip) || (side.pressed && wrist.met(side.origin, side.direction));
  });
}
