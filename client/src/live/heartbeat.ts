/** The watchdog of a connection: what a missing heartbeat does to what is drawn. */

export const PING_EVERY_MS = 1000;
export const FREEZE_AFTER_MS = 3000;
export const CALM_AFTER_MS = 10_000;

/** `live`: go on. `frozen`: hold the stimulus still. `calm`: go to the calm place. In rising order of caution. */
export type Trust = "live" | "frozen" | "calm";

/** A longer time without a judgement means that the page itself stood still. */
const STALL_MS = 2000;

/**
 * Says how far what arrives may still be trusted, from the age of the newest answered heartbeat.
 *
 * The age counts from when the answered ping was sent, not from when its answer came: answers that were held up on
 * the way and arrive in a bunch prove nothing about now. While the page itself stands still, as on a device that
 * sleeps, it neither asks nor draws: that time is no silence of the room. It only ever judges; it holds no timer.
 */
export class Watchdog {
  private provenMs: number;
  private judgedMs: number;

  constructor(nowMs: number) {
    this.provenMs = nowMs;
    this.judgedMs = nowMs;
  }

  /** A ping that we sent at `sentMs` was answered. Order does not matter; the newest counts. */
  answered(sentMs: number, nowMs: number): void {
    if (sentMs <= nowMs) this.provenMs = Math.max(this.provenMs, sentMs);
  }

  /** Starts afresh, as when a page that slept wakes up with a new connection. */
  restart(nowMs: number): void {
    this.provenMs = Math.max(this.provenMs, nowMs);
  }

  /** Milliseconds since the room was last proven to be there. */
  silenceMs(nowMs: number): number {
    return Math.max(0, nowMs - this.provenMs);
  }

  /** Judges; to be asked at least twice a second while the page is awake. */
  trust(nowMs: number): Trust {
    const stalledMs = nowMs - this.judgedMs - STALL_MS;
    if (stalledMs > 0) this.provenMs = Math.min(nowMs, this.provenMs + stalledMs);
    this.judgedMs = nowMs;
    const silence = this.silenceMs(nowMs);
    if (silence >= CALM_AFTER_MS) return "calm";
    return silence >= FREEZE_AFTER_MS ? "frozen" : "live";
  }
}
