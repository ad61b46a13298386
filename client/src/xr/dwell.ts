/** Gaze-and-wait: looking at something long enough selects it. */

export const DWELL_SECONDS = 1.5;
/** After a selection the eyes may rest: nothing is selected again until they have left it. */
const FORGIVE_SECONDS = 0.25;

/** Counts how long one thing has been looked at. A glance away shorter than a blink is forgiven. */
export class Dwell {
  private target: string | null = null;
  private seconds = 0;
  private awaySeconds = 0;
  private done = false;
  private readonly needed: number;

  constructor(needed: number = DWELL_SECONDS) {
    this.needed = needed;
  }

  /** Tells what is looked at now; gives it back at the moment when it is selected. */
  update(target: string | null, deltaSeconds: number): string | null {
    if (target !== this.target) {
      this.awaySeconds += deltaSeconds;
      if (target === null && this.awaySeconds < FORGIVE_SECONDS) return null;
      this.reset();
      this.target = target;
      return null;
    }
    this.awaySeconds = 0;
    if (target === null || this.done) return null;
    this.seconds += deltaSeconds;
    if (this.seconds < this.needed) return null;
    this.done = true;
    return target;
  }

  /** How full the ring is, 0 to 1. */
  get progress(): number {
    return this.done ? 0 : Math.min(1, this.seconds / this.needed);
  }

  reset(): void {
    this.target = null;
    this.seconds = 0;
    this.awaySeconds = 0;
    this.done = false;
  }
}
