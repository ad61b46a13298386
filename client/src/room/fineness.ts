/** How fine the picture on a screen is drawn: coarser where it takes too long, for a weak computer must be quick to stop. */

const COARSEST = 0.5;
const STEP = 0.7;
const SLOW_MS = 40;
const QUICK_MS = 22;
/** So many slow pictures in a row make it coarser, so many quick ones finer again. */
const SLOW_PICTURES = 4;
const QUICK_PICTURES = 300;

export class Fineness {
  /** 1 is full resolution. */
  value = 1;
  private slow = 0;
  private quick = 0;

  /** Takes the time between two pictures; true when the value has changed. */
  learn(spanMs: number): boolean {
    this.slow = spanMs > SLOW_MS ? this.slow + 1 : 0;
    this.quick = spanMs < QUICK_MS ? this.quick + 1 : 0;
    if (this.slow >= SLOW_PICTURES) return this.set(Math.max(COARSEST, this.value * STEP));
    if (this.quick >= QUICK_PICTURES) return this.set(Math.min(1, this.value / STEP));
    return false;
  }

  private set(value: number): boolean {
    this.slow = 0;
    this.quick = 0;
    const changed = value !== this.value;
    this.value = value;
    return changed;
  }
}
