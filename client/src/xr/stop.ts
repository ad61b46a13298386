/** Stop, on this device: it needs no server and is undone only when subject and lead both agree. */
import type { RoomView } from "../wire/generated.ts";

/** How the room was stopped: the ways of the subject, and what came from elsewhere. */
export type StopWay = "grips" | "wrist" | "escape" | "word" | "button" | "heartbeat" | "lead";

/**
 * Whether the subject is in the calm place.
 *
 * Once stopped it stays so until the subject agreed here, on this device, and the room, having been calm, runs
 * again, which it does only when the lead agreed too. What a room says can stop, and can never alone go on.
 */
export class StopLatch {
  stopped = false;
  why: StopWay | null = null;
  /** The subject agreed to go on. */
  ready = false;
  /** The room has been calm since the stop. */
  private confirmed = false;
  /** The room has the subject's agreement. */
  private agreed = false;

  /** Stops, or takes an agreement back. */
  stop(why: StopWay): void {
    if (!this.stopped) {
      this.confirmed = false;
      this.why = why;
    }
    this.stopped = true;
    this.ready = false;
    this.agreed = false;
  }

  /** The subject agrees to go on. `view` is the room as last seen, null when there never was one. */
  agree(view: RoomView | null): void {
    if (!this.stopped) return;
    this.ready = true;
    // Where nothing has begun there is nothing to protect from: the lobby needs no second agreement.
    if (view === null || view.phase === "lobby") this.release();
    else if (view.phase !== "calm" && this.confirmed) this.release();
  }

  /** Follows the room. */
  follow(view: RoomView): void {
    if (view.phase === "calm") {
      if (!this.stopped) this.stop("lead");
      this.confirmed = true;
      const agreed = view.agreed.includes("subject");
      // Somebody stopped once more after the subject had agreed: that agreement was for another moment.
      if (this.agreed && !agreed) this.ready = false;
      this.agreed = agreed && this.ready;
    } else if (this.stopped && this.ready && this.confirmed && view.phase !== "closed") {
      this.release();
    }
  }

  /** What a room that was away must be told again: a stop it does not know of, an agreement it has not got. */
  toRepeat(view: RoomView): "stop" | "agree" | null {
    if (!this.stopped) return null;
    if (view.phase === "calm") return this.ready && !view.agreed.includes("subject") ? "agree" : null;
    return view.phase === "lobby" || view.phase === "closed" || this.ready ? null : "stop";
  }

  private release(): void {
    this.stopped = false;
    this.why = null;
    this.ready = false;
    this.confirmed = false;
    this.agreed = false;
  }
}

/** Fires once when something has been held for a time, and again only after it was let go. */
export class Hold {
  private readonly forMs: number;
  private sinceMs: number | null = null;
  private fired = false;

  constructor(forMs: number) {
    this.forMs = forMs;
  }

  /** Tells whether it is held now; true at the moment when it has been held long enough. */
  update(held: boolean, nowMs: number): boolean {
    if (!held) {
      this.sinceMs = null;
      this.fired = false;
      return false;
    }
    this.sinceMs ??= nowMs;
    if (this.fired || nowMs - this.sinceMs < this.forMs) return false;
    this.fired = true;
    return true;
  }

  /** How far it is, 0 to 1, to be shown. */
  progress(nowMs: number): number {
    return this.sinceMs === null ? 0 : Math.min(1, (nowMs - this.sinceMs) / this.forMs);
  }
}

export const GRIPS_HOLD_MS = 1000;
export const WRIST_HOLD_MS = 250;
export const BUTTON_HOLD_MS = 500;
