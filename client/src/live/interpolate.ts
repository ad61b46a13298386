/** Draws a state that arrives in steps as if it moved smoothly, a little in the past. */
import type { State } from "./ceiling.ts";

export const DELAY_MS = 100;
const KEPT = 32;
const BLEND_MS = 1500;

/**
 * Keeps the last states with their times and gives the state as it was `delayMs` ago, numbers in between linearly.
 *
 * `hold` freezes what is given out; after `release` it goes over to the live state softly, so that a room that moved
 * on meanwhile does not jump. Sampling allocates nothing.
 */
export class Interpolator {
  private readonly fields: string[];
  private readonly values: Float64Array;
  private readonly timesMs = new Float64Array(KEPT);
  private readonly held: Float64Array;
  private readonly stepMs: number;
  private readonly delayMs: number;
  private count = 0;
  private holding = false;
  private releasedMs = Number.NEGATIVE_INFINITY;

  /** `first` names the numeric fields by having them; `stepMs` is the time between two ticks of the room. */
  constructor(first: State, stepMs: number, delayMs: number = DELAY_MS) {
    this.stepMs = stepMs;
    this.delayMs = delayMs;
    this.fields = Object.keys(first).filter((name) => typeof first[name] === "number");
    this.values = new Float64Array(KEPT * this.fields.length);
    this.held = new Float64Array(this.fields.length);
  }

  /** Takes the whole state as it was at `timeMs` in the room's clock. An older one than the last is left out. */
  push(timeMs: number, state: State): void {
    const lastMs = this.count > 0 ? this.timeAt(this.count - 1) : Number.NEGATIVE_INFINITY;
    if (timeMs < lastMs) return;
    // Nothing is sent while nothing changes: the old value held until a tick ago, it did not drift since.
    if (this.count > 0 && timeMs - lastMs > 2 * this.stepMs) this.repeat(timeMs - this.stepMs);
    if (timeMs > lastMs) this.count += 1;
    const slot = (this.count - 1) % KEPT;
    this.timesMs[slot] = timeMs;
    for (const [index, name] of this.fields.entries()) {
      this.values[slot * this.fields.length + index] = state[name] as number;
    }
  }

  /** Writes the numbers of the state into `into`, as they were `delayMs` before `nowMs` (room's clock). */
  sample(nowMs: number, into: State): void {
    if (this.count === 0 || this.holding) return;
    const atMs = nowMs - this.delayMs;
    const oldest = Math.max(0, this.count - KEPT);
    let after = this.count - 1;
    while (after > oldest && this.timeAt(after - 1) > atMs) after -= 1;
    const before = Math.max(oldest, after - 1);
    const spanMs = this.timeAt(after) - this.timeAt(before);
    const share = spanMs > 0 ? Math.min(1, Math.max(0, (atMs - this.timeAt(before)) / spanMs)) : 1;
    const blend = this.blend(nowMs);
    for (let index = 0; index < this.fields.length; index += 1) {
      const from = this.valueAt(before, index);
      const live = from + (this.valueAt(after, index) - from) * share;
      const held = this.held[index] as number;
      into[this.fields[index] as string] = blend < 1 ? held + (live - held) * blend : live;
    }
  }

  /** Freezes the numbers as they are in `shown`: `sample` then writes nothing. */
  hold(shown: State): void {
    if (this.holding) return;
    this.holding = true;
    for (const [index, name] of this.fields.entries()) this.held[index] = shown[name] as number;
  }

  /** Lets the numbers move again, from where they were held; without `softly` they jump to where they are now. */
  release(nowMs: number, softly: boolean): void {
    if (!this.holding) return;
    this.holding = false;
    this.releasedMs = softly ? nowMs : Number.NEGATIVE_INFINITY;
  }

  /** Whether the numbers are frozen. */
  get isHeld(): boolean {
    return this.holding;
  }

  private blend(nowMs: number): number {
    const share = Math.min(1, Math.max(0, (nowMs - this.releasedMs) / BLEND_MS));
    return share * share * (3 - 2 * share);
  }

  private repeat(timeMs: number): void {
    const from = ((this.count - 1) % KEPT) * this.fields.length;
    const slot = this.count % KEPT;
    this.values.copyWithin(slot * this.fields.length, from, from + this.fields.length);
    this.timesMs[slot] = timeMs;
    this.count += 1;
  }

  private timeAt(number: number): number {
    return this.timesMs[number % KEPT] as number;
  }

  private valueAt(number: number, index: number): number {
    return this.values[(number % KEPT) * this.fields.length + index] as number;
  }
}
