/** The share of time that may go into drawing: a weak computer must stay quick to type on, and quick to stop. */
const SHARE = 0.3;
/** What a frame of the display takes when nothing is drawn. */
const DISPLAY_FRAME_MS = 17;
const COARSEST = 0.4;
/** A picture that costs more than this is drawn coarser, one that costs less than the other finer again. */
const COSTLY_MS = 45;
const CHEAP_MS = 20;

/** Says when to draw the next frame and how fine, from what the last ones cost. */
export class Pace {
  /** 1 is full resolution. */
  fineness = 1;
  private drawnMs: number | null = null;
  private dueMs = Number.NEGATIVE_INFINITY;
  private readonly everyMs: number;

  constructor(framesASecond: number) {
    this.everyMs = 1000 / framesASecond;
  }

  /** To be asked at each frame of the display; true when a picture is to be drawn now. */
  isDue(nowMs: number): boolean {
    if (this.drawnMs !== null) this.learn(nowMs - this.drawnMs, nowMs);
    // Half a display frame early, or a rate that divides the display's would be missed by a hair.
    if (nowMs < this.dueMs - DISPLAY_FRAME_MS / 2) return false;
    this.drawnMs = nowMs;
    this.dueMs = nowMs + this.everyMs;
    return true;
  }

  private learn(sinceDrawnMs: number, nowMs: number): void {
    this.drawnMs = null;
    const costMs = Math.max(0, sinceDrawnMs - DISPLAY_FRAME_MS);
    this.dueMs = Math.max(this.dueMs, nowMs + costMs / SHARE - costMs);
    if (costMs > COSTLY_MS) this.fineness = Math.max(COARSEST, this.fineness * 0.7);
    else if (costMs < CHEAP_MS) this.fineness = Math.min(1, this.fineness * 1.05);
  }
}
