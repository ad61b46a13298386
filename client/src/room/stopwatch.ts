/** Measures how long a stop takes: from the input to the first frame with the calm place. */

export class Stopwatch {
  /** The last stop in ms, until its frame was presented; null before any. */
  lastMs: number | null = null;
  /** All stops of this page in ms. */
  readonly allMs: number[] = [];
  private inputMs: number | null = null;
  private drawn = false;

  /** A stop began with an input at `inputMs`, on the clock of `performance.now`. */
  start(inputMs: number): void {
    this.inputMs = inputMs;
    this.drawn = false;
  }

  /** Whether the frame now drawn is the one waited for. */
  get running(): boolean {
    return this.inputMs !== null && !this.drawn;
  }

  /** The calm place has been drawn; it is presented before the next frame begins. */
  markDrawn(): void {
    if (this.inputMs !== null) this.drawn = true;
  }

  /** A frame begins, so the one before it is presented. */
  markFrame(nowMs: number): void {
    if (this.inputMs === null || !this.drawn) return;
    this.lastMs = nowMs - this.inputMs;
    this.allMs.push(this.lastMs);
    this.inputMs = null;
    this.drawn = false;
  }
}
