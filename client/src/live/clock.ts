/** Aligns a client's clock with its room's, so that every sample carries a time that both understand. */

/** Where time comes from; given by the page, replaced in tests. Milliseconds that never run backwards. */
export interface Time {
  nowMs(): number;
  /** Calls `action` after a delay; the returned function calls it off. */
  after(delayMs: number, action: () => void): () => void;
}

/** The browser's monotonic clock, counted from the epoch, so that a changed wall clock does not move it. */
export const browserTime: Time = {
  nowMs: () => performance.timeOrigin + performance.now(),
  after: (delayMs, action) => {
    const timer = setTimeout(action, delayMs);
    return () => clearTimeout(timer);
  },
};

const KEPT = 16;

/**
 * The room's clock as seen from here.
 *
 * Of the last exchanges it trusts the one with the least delay: queues only ever add delay, so that one bounds the
 * error best (the filter of NTP, RFC 5905 section 10).
 */
export class RoomClock {
  private readonly delaysMs = new Float64Array(KEPT).fill(Number.POSITIVE_INFINITY);
  private readonly offsetsMs = new Float64Array(KEPT);
  private count = 0;
  private best = 0;

  /** Learns from one answer: sent and received by our clock in ms, `roomUs` the room's clock when it answered. */
  learn(sentMs: number, roomUs: number, receivedMs: number): void {
    const slot = this.count % KEPT;
    this.count += 1;
    this.delaysMs[slot] = receivedMs - sentMs;
    this.offsetsMs[slot] = roomUs / 1000 - (sentMs + receivedMs) / 2;
    this.best = this.delaysMs.indexOf(Math.min(...this.delaysMs));
  }

  /** Sets the offset from the room's greeting, until an exchange is better. */
  greet(roomUs: number, receivedMs: number): void {
    if (this.count === 0) this.offsetsMs[0] = roomUs / 1000 - receivedMs;
  }

  /** The least delay of the last exchanges, there and back; infinite before the first. */
  get delayMs(): number {
    return this.delaysMs[this.best] ?? Number.POSITIVE_INFINITY;
  }

  /** Our time in ms as the room's in ms. */
  roomMs(localMs: number): number {
    return localMs + (this.offsetsMs[this.best] ?? 0);
  }

  /** Our time in ms as the room's in whole microseconds. */
  roomUs(localMs: number): number {
    return Math.max(0, Math.round(this.roomMs(localMs) * 1000));
  }
}
